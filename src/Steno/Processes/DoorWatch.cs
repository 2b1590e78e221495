using Steno.Zmtp;

namespace Steno.Processes;

/// <summary>Looks once a second whether open doors can be reached by the paths of their sockets, and says once what has become of one.</summary>
internal sealed class DoorWatch : IAsyncDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly (DoorFile File, string? Said)[] _doors;
    private readonly Action<string> _say;
    private readonly ITimer? _timer;

    /// <param name="doors">Open already; those without a file are not looked at.</param>
    /// <param name="say">Told of each problem as it comes up, on a thread of the pool.</param>
    /// <exception cref="Core.Files.StorageException">A path cannot be looked at.</exception>
    public DoorWatch(IEnumerable<ZmtpEndpoint> doors, Action<string> say, TimeProvider time)
    {
        _doors = [.. doors.Select(DoorFile.Of).OfType<DoorFile>().Select(file => (file, (string?)null))];
        _say = say;
        if (_doors.Length > 0) _timer = time.CreateTimer(_ => Look(), null, Interval, Interval);
    }

    /// <summary>Nothing is said any more on return.</summary>
    public ValueTask DisposeAsync() => _timer?.DisposeAsync() ?? ValueTask.CompletedTask;

    private void Look()
    {
        if (!_gate.TryEnter()) return; // a disk that does not answer: one look waits, not a crowd of them
        try
        {
            foreach (ref (DoorFile File, string? Said) door in _doors.AsSpan())
            {
                string? problem = door.File.Problem();
                if (problem is not null && problem != door.Said) _say(problem);
                door.Said = problem;
            }
        }
        finally
        {
            _gate.Exit();
        }
    }
}
