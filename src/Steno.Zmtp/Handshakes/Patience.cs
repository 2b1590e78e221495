namespace Steno.Zmtp.Handshakes;

/// <summary>Waiting for the peer's word, for a while.</summary>
internal static class Patience
{
    /// <summary>Whether <paramref name="task"/> ended within <paramref name="time"/>, well or not; it goes on if
    /// it did not.</summary>
    public static async ValueTask<bool> IsDoneWithinAsync(
        this Task task, TimeSpan time, TimeProvider clock, CancellationToken cancellationToken)
    {
        if (task.IsCompleted) return true;
        Task patience = Task.Delay(time, clock, cancellationToken);
        return await Task.WhenAny(task, patience).ConfigureAwait(false) == task;
    }
}
