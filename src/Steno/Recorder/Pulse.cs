namespace Steno.Recorder;

/// <summary>
/// Notices that this process did not run for a while: it was stopped (<c>SIGSTOP</c>), or the machine had no time for it. It heard
/// nothing meanwhile, and a broker keeps only so much for a subscriber that does not read. A thread of its own, which waits for
/// nothing but the clock. A machine that slept does not count: its agents slept, too.
/// </summary>
internal sealed class Pulse : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(250);

    /// <summary>Shorter ones happen on a machine that is busy. With the wait before it a pause is up to <see cref="Interval"/> shorter than it looks.</summary>
    private static readonly TimeSpan PauseMin = TimeSpan.FromSeconds(2);

    private readonly Action<TimeSpan> _paused;
    private readonly TimeProvider _time;
    private readonly ManualResetEvent _ended = new(false);

    /// <param name="paused">Told how long it was, right behind; on the thread.</param>
    public Pulse(Action<TimeSpan> paused, TimeProvider time)
    {
        _paused = paused;
        _time = time;
        new Thread(Run) { Name = "pulse", IsBackground = true }.Start();
    }

    /// <summary>Nothing is told after this, but what is being told.</summary>
    public void Dispose() => _ended.Set();

    private void Run()
    {
        for (long last = _time.GetTimestamp(); !_ended.WaitOne(Interval); last = _time.GetTimestamp())
            if (_time.GetElapsedTime(last) is var pause && pause > PauseMin) _paused(pause);
    }
}
