using System.CommandLine;
using System.Globalization;
using Steno.Configuration;
using Steno.Control;
using Steno.Core.Sessions;
using Steno.Recorder;

namespace Steno.Commands;

/// <summary><c>steno status</c>: is it recording? Exit code 1 when it is not.</summary>
internal static class StatusCommand
{
    public static Command Create(VerbContext context)
    {
        var verb = new Verb("status", "Say whether what agents say reaches the disk",
            "steno status", "steno status --json", "steno status --logs ~/team/conversation_logs");
        var settings = new SettingOptions(verb, SettingKey.Logs);
        var json = new Option<bool>("--json") { Description = "As JSON, for scripts (docs/cli.md)" };
        verb.Add(json);
        verb.SetAction((parsed, cancellation) =>
            RunAsync(settings.Read(parsed, context), parsed.GetValue(json), context, cancellation));
        return verb;
    }

    private static async Task<int> RunAsync(
        StenoSettings settings, bool json, VerbContext context, CancellationToken cancellation)
    {
        using var client = new ControlClient(settings.Logs);
        ControlReply reply = await client.StatusAsync(cancellation).ConfigureAwait(false);
        SessionVerdict? kept = reply.Status is null ? VerdictNote.Kept(settings.Logs) : null;
        RecorderStatus status = reply.Status ?? new RecorderStatus
        {
            Recording = false,
            Known = reply.IsKnown,
            Verdict = kept?.Value ?? Verdict.Unknown,
            VerdictReason = kept is null ? null : string.Create(
                CultureInfo.InvariantCulture, $"As the recorder left it at {kept.At:yyyy-MM-dd HH:mm:ss}Z, up to line {kept.Seq:N0}: {kept.Reason}"),
            Reason = reply.Outcome is ControlOutcome.NotRunning && !Directory.Exists(settings.Logs)
                ? $"There is no log directory {settings.Logs}, and so no recorder. `steno start` makes it and records; "
                    + $"--logs names another one.{LogsAbove.Hint(settings.Logs)}"
                : reply.Explanation,
            Logs = settings.Logs,
            Pid = reply.Pid,
            Version = StenoVersion.Current,
        };

        if (json) context.Output.Verbatim(StatusJson.ToIndentedJson(status));
        else StatusScreen.Print(status with { Reason = context.Hints.In(status.Reason) }, context.Output, context.Time.GetUtcNow());
        return status.Recording ? ExitCodes.Done : ExitCodes.Failed;
    }
}
