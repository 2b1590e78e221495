using System.Globalization;
using System.Text.Json;
using Steno.Configuration;
using Steno.Processes;
using Steno.Recorder;
using Steno.Terminal;

namespace Steno.Commands;

/// <summary>
/// <c>steno status --watch</c>: asks every second until it is left, whatever becomes of the recorder. A
/// terminal is painted in place; elsewhere each change is a line; as JSON each second is one.
/// </summary>
internal sealed class StatusWatch(StenoSettings settings, bool json, VerbContext context)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>A frozen recorder shall not freeze the picture for longer than this.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(1);

    private readonly Lock _painting = new();
    private readonly WatchedChanges _changes = new();
    private RecorderStatus? _last;

    /// <summary>Runs until it is left: 130 on Ctrl+C, else the exit code of the status seen last.</summary>
    public async Task<int> RunAsync()
    {
        using var signals = new StopSignals();
        using var left = CancellationTokenSource.CreateLinkedTokenSource(signals.Token);
        try
        {
            if (json) await LoopAsync(PrintJson, left.Token).ConfigureAwait(false);
            else if (!context.Output.IsAddressable) await LoopAsync(PrintChange, left.Token).ConfigureAwait(false);
            else await PaintUntilLeftAsync(left).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (left.IsCancellationRequested)
        {
            // The usual end.
        }

        return signals.Token.IsCancellationRequested ? ExitCodes.Interrupted : _last is null ? ExitCodes.Done : ExitCodes.Of(_last);
    }

    /// <summary>Returns when nobody reads any more.</summary>
    private async Task LoopAsync(Action<RecorderStatus> show, CancellationToken left)
    {
        using var timer = new PeriodicTimer(Interval, context.Time);
        do
        {
            show(await StatusAnswer.AskAsync(settings, Deadline, left).ConfigureAwait(false));
            context.Output.Flush();
            if (context.Output.IsReaderGone) return;
        }
        while (await timer.WaitForNextTickAsync(left).ConfigureAwait(false));
    }

    private async Task PaintUntilLeftAsync(CancellationTokenSource left)
    {
        try
        {
            using var screen = new FullScreen(context.Output, Repaint);
            if (!Console.IsInputRedirected) LeaveOnKey(left);
            await LoopAsync(status => Paint(status, screen), left.Token).ConfigureAwait(false);
        }
        finally
        {
            // The picture is gone from the screen; what it said last stays.
            if (_last is not null && !context.Output.IsReaderGone) StatusScreen.PrintVerdict(_last, context.Output);
        }
    }

    private void PrintJson(RecorderStatus status)
    {
        _last = status;
        context.Output.Verbatim(JsonSerializer.Serialize(status, StatusJson.Default.RecorderStatus));
    }

    private void PrintChange(RecorderStatus answered)
    {
        RecorderStatus status = _last = answered with { Reason = context.Hints.In(answered.Reason) };
        DateTimeOffset now = context.Time.GetLocalNow();
        if (!_changes.Note(status, now)) return;
        Styled verdict = status.Recording && _changes.States[0].Before is { } before
            ? Styled.Good($"✓ Recording again, after {Duration.Format(before)}.")
            : StatusScreen.VerdictOf(status);
        context.Output.Line($"{now.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} {verdict} {status.Reason}");
    }

    private void Paint(RecorderStatus answered, FullScreen screen)
    {
        lock (_painting)
        {
            _last = answered with { Reason = context.Hints.In(answered.Reason) };
            _changes.Note(_last, context.Time.GetLocalNow());
            Repaint(screen);
        }
    }

    private void Repaint(FullScreen screen)
    {
        lock (_painting)
        {
            if (_last is null) return;
            WatchFrame frame = WatchFrame.Of(
                _last, _changes.States, context.Time.GetLocalNow(), FullScreen.Size(), context.Output.HasColours,
                Console.IsInputRedirected ? "Ctrl+C" : "q or Ctrl+C");
            screen.Paint(frame.Lines, frame.StandOut);
        }
    }

    /// <summary>Reading also keeps what is typed off the screen. The thread ends with the process.</summary>
    private static void LeaveOnKey(CancellationTokenSource left) => new Thread(() =>
    {
        try
        {
            while (Console.ReadKey(intercept: true).KeyChar is not ('q' or 'Q'))
            {
                // Other keys mean nothing here.
            }

            left.Cancel();
        }
        catch (Exception gone) when (gone is InvalidOperationException or IOException or ObjectDisposedException)
        {
            // No keyboard any more: Ctrl+C and the end of the terminal are signals.
        }
    })
    { IsBackground = true, Name = "keys" }.Start();
}
