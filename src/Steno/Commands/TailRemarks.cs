using Steno.Terminal;

namespace Steno.Commands;

/// <summary>
/// What <c>tail</c> says beside the messages, on standard error: that recording stops or goes on, that a repeat is
/// left out. Any thread.
/// </summary>
internal sealed class TailRemarks(Screen error, string logs, TimeProvider time)
{
    /// <summary>Status turns within 5 s of a fault; asking more often would not tell sooner.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly Lock _writing = new();
    private bool _hasToldOfRepeats;

    public void OfHiddenRepeats(int count)
    {
        if (count == 0 || _hasToldOfRepeats) return;
        _hasToldOfRepeats = true; // once: a sender that says everything twice would fill the screen
        Write($"{Repeats.Hidden(count)}");
    }

    public void OfWaiting() => Write(Directory.Exists(logs)
        ? $"Nothing has been recorded in {logs} yet; waiting."
        : $"There is no directory {logs} yet; waiting for it.");

    /// <summary>Says when recording stops and when it goes on, until cancelled.</summary>
    public async Task WatchAsync(CancellationToken cancellation)
    {
        bool recorded = true;
        while (true)
        {
            string? reason = await RecordingNote.LookAsync(logs, cancellation).ConfigureAwait(false);
            if (reason is not null && recorded) Write($"Not recording now: {reason}");
            if (reason is null && !recorded) Write($"Recording again.");
            recorded = reason is null;
            await Task.Delay(Interval, time, cancellation).ConfigureAwait(false);
        }
    }

    private void Write(string remark)
    {
        lock (_writing)
        {
            error.Line($"{Styled.Warning(remark)}");
            error.Flush();
        }
    }
}
