namespace Steno.Core.Sessions;

/// <summary>
/// Asks the recording thread to seal the session and begin another. Whoever asks may take it back as long as it was
/// not begun. Thread-safe; use an instance once.
/// </summary>
public sealed class SuccessionOrder
{
    private const int Waiting = 0;
    private const int Begun = 1;
    private const int Withdrawn = 2;

    private readonly TaskCompletionSource<Succession> _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _state;

    private SuccessionOrder(string reason, string? name, SessionManifest? prepared) =>
        (Reason, Name, Prepared) = (reason, name, prepared);

    /// <summary>One of <see cref="SessionReason"/> that are orderly.</summary>
    public string Reason { get; }

    /// <summary>What the new session is called; null: as the one before it.</summary>
    public string? Name { get; }

    /// <summary>The loaded session, whose journal is built; null: the new one is empty.</summary>
    public SessionManifest? Prepared { get; }

    /// <summary>
    /// Completes when the new session has begun, durably. It fails with a <see cref="StenoException"/> where that
    /// was refused.
    /// </summary>
    public Task<Succession> Done => _done.Task;

    /// <summary>A new, empty session.</summary>
    public static SuccessionOrder New(string? name) => new(SessionReason.New, name, null);

    /// <param name="prepared">See <see cref="CheckpointLoader"/>.</param>
    public static SuccessionOrder Load(SessionManifest prepared)
    {
        ArgumentNullException.ThrowIfNull(prepared);
        return new SuccessionOrder(SessionReason.CheckpointLoaded, prepared.Name, prepared);
    }

    /// <summary>The journal has grown to its largest size.</summary>
    public static SuccessionOrder Rotate() => new(SessionReason.Rotated, null, null);

    /// <summary>Takes it back. False: it was begun, and <see cref="Done"/> will tell what comes of it.</summary>
    public bool TryWithdraw()
    {
        if (Interlocked.CompareExchange(ref _state, Withdrawn, Waiting) != Waiting) return false;
        _done.TrySetCanceled();
        return true;
    }

    internal bool TryBegin() => Interlocked.CompareExchange(ref _state, Begun, Waiting) == Waiting;

    internal void Complete(Succession succession) => _done.TrySetResult(succession);

    internal void Refuse(StenoException why)
    {
        _done.TrySetException(why);
        _ = _done.Task.Exception; // seen: nobody need wait for a rotation
    }
}

/// <summary>A session was sealed in good order, and another follows it.</summary>
/// <param name="Sealed">As it lies in the archive.</param>
/// <param name="Child">The one that is recorded now.</param>
public sealed record Succession(SessionManifest Sealed, OpenedSession Child);
