using System.Globalization;
using Steno.Core.Files;
using Steno.Terminal;
using Steno.Views;

namespace Steno.Commands;

/// <summary>
/// What <c>tail</c> says beside the messages, on standard error: that recording stops or goes on, that a
/// repeat is left out. Any thread.
/// </summary>
internal sealed class TailRemarks(Screen error, string logs, CommandHints hints, TimeProvider time)
{
    /// <summary>Status turns within 5 s of a fault; asking more often would not tell sooner.</summary>
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private readonly Lock _writing = new();
    private bool _hasToldOfRepeats;
    private bool _hasToldOfDoubt;

    public void OfHiddenRepeats(int count)
    {
        if (count == 0 || _hasToldOfRepeats) return;
        _hasToldOfRepeats = true; // once: a sender that says everything twice would fill the screen
        Write($"{Repeats.Hidden(count)}");
    }

    public void OfDoubt()
    {
        if (_hasToldOfDoubt) return;
        _hasToldOfDoubt = true; // once: every line has its own mark
        Write(hints.In(DoubtNote.Of(1)!));
    }

    public void OfWaiting() => Write(SessionOverview.HasPast(new LogDirectory(logs))
        ? hints.In($"The current session's journal is not here: `steno verify --all --logs {logs}` says what is missing; waiting.")
        : Directory.Exists(logs)
        ? $"Nothing has been recorded in {logs} yet; waiting."
        : $"There is no directory {logs} yet; waiting for it.{LogsAbove.Hint(logs)}");

    /// <summary>Says when recording stops and when it goes on, and what is missing, until cancelled.</summary>
    public async Task WatchAsync(CancellationToken cancellation)
    {
        string? told = null;
        string? toldMissing = null;
        while (true)
        {
            (string? reason, string? missing) = await RecordingNote.LookAsync(logs, hints, cancellation).ConfigureAwait(false);
            if (missing is not null && missing != toldMissing) Write($"{Clock()} Not all is here: {missing}");
            toldMissing = missing;
            if (reason is not null && ReasonKind.Of(reason) != told) Write($"{Clock()} Not recording now: {reason}");
            if (reason is null && told is not null) Write($"{Clock()} Recording again.");
            told = reason is null ? null : ReasonKind.Of(reason);
            await Task.Delay(Interval, time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>As the messages beside it show theirs: local.</summary>
    private string Clock() => time.GetLocalNow().ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    private void Write(string remark)
    {
        lock (_writing)
        {
            error.Prose($"{Styled.Warning(remark)}");
            error.Flush();
        }
    }
}
