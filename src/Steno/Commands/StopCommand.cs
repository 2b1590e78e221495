using System.CommandLine;
using Steno.Configuration;
using Steno.Control;
using Steno.Core.Files;
using Steno.Launching;
using Steno.Terminal;

namespace Steno.Commands;

/// <summary>
/// <c>steno stop</c>: ends what <c>steno start</c> began. Exit code 1 when something still runs.
/// </summary>
internal static class StopCommand
{
    public static Command Create(VerbContext context)
    {
        var verb = new Verb("stop", "Stop the recorder, and the broker that `steno start` launched, in good order",
            "steno stop", "steno stop --logs ~/team/conversation_logs", "steno stop --kill");
        var settings = new SettingOptions(verb, SettingKey.Logs);
        var kill = new Option<bool>("--kill")
        {
            Description = "Kill what does not end by itself: what it received and had not yet written is lost",
        };
        verb.Add(kill);
        verb.SetAction((parsed, cancellation) =>
            RunAsync(settings.ReadLogs(parsed, context), parsed.GetValue(kill), context, cancellation));
        return verb;
    }

    private static async Task<int> RunAsync(
        (string Logs, string? Problem) directory, bool kill, VerbContext context, CancellationToken cancellation)
    {
        (string logs, string? problem) = directory;
        if (problem is not null)
            context.Error.Prose($"{Styled.Warning("warning:")} {problem} Taken instead: {logs}; --logs names another one.");
        if (!Directory.Exists(logs) && ControlClient.FindMoved(logs) is { } moved)
        {
            // Whoever says the old name means this recorder, and without it its broker would be heard by nobody.
            context.Output.Prose($"{Styled.Warning("!")} There is no {logs} any more: it was moved under the recorder (pid {moved.Pid}), to {moved.Directory}.");
            logs = moved.Directory;
        }

        IReadOnlyList<StopReport> reports =
            await new Stopper(logs, context.Time).StopAsync(kill, cancellation).ConfigureAwait(false);
        if (reports.All(report => report.How is StopOutcome.NotRunning))
        {
            context.Output.Prose($"Nothing to stop: no recorder is running on {logs}{LastRecorder.End(new LogDirectory(logs))}.{LogsAbove.Hint(logs)}");
            // Where the directory is not known for certain, neither is this.
            return problem is null ? ExitCodes.Done : ExitCodes.Failed;
        }

        foreach (StopReport report in reports) Print(report, context.Output, context.Hints);
        // Only the broker ran: that the recorder did not should surprise nobody later.
        if (reports.Any(report => report is { What: Stopper.Recorder, How: StopOutcome.NotRunning }))
            context.Output.Prose($"{Styled.Warning("!")} No recorder was running on {logs}{LastRecorder.End(new LogDirectory(logs))}.");
        return reports.Any(report => report.How is StopOutcome.StillRunning || report.Problem is not null)
            ? ExitCodes.Failed
            : ExitCodes.Done;
    }

    private static void Print(StopReport report, Screen screen, CommandHints hints)
    {
        switch (report.How)
        {
            case StopOutcome.Stopped when report.Problem is { } problem:
                screen.Prose($"{Styled.Bad("✗")} The {report.What} stopped (pid {report.Pid ?? 0}). {problem}");
                break;
            case StopOutcome.Stopped:
                screen.Prose($"{Styled.Good("✓")} The {report.What} stopped (pid {report.Pid ?? 0}).");
                break;
            case StopOutcome.Killed:
                screen.Prose($"{Styled.Warning("!")} The {report.What} (pid {report.Pid ?? 0}) did not end: killed. "
                    + $"What it had not yet written is lost; the rest is safe.");
                break;
            case StopOutcome.StillRunning:
                screen.Prose($"{Styled.Bad("✗")} The {report.What} (pid {report.Pid ?? 0}) was asked to end, and runs. "
                    + $"{hints.In("`steno stop --kill` kills it: what it has not yet written would be lost.")}");
                break;
        }
    }
}
