using System.CommandLine;
using Steno.Configuration;
using Steno.Recorder;

namespace Steno.Commands;

/// <summary><c>steno status</c>: is it recording? Exit code 1 when it is not.</summary>
internal static class StatusCommand
{
    public static Command Create(VerbContext context)
    {
        var verb = new Verb("status", "Say whether what agents say reaches the disk",
            "steno status", "steno status --json",
            "steno status --watch                             # live, until q or Ctrl+C",
            "steno status --watch --json | jq .messages_per_second",
            "steno status --logs ~/team/conversation_logs");
        var settings = new SettingOptions(verb, SettingKey.Logs);
        var watch = new Option<bool>("--watch") { Description = "Show it live, every second, until q or Ctrl+C" };
        var json = new Option<bool>("--json") { Description = "As JSON, for scripts; with --watch a line each second (docs/cli.md)" };
        verb.Add(watch);
        verb.Add(json);
        verb.SetAction((parsed, cancellation) => parsed.GetValue(watch)
            ? new StatusWatch(settings.Read(parsed, context), parsed.GetValue(json), context).RunAsync()
            : RunAsync(settings.Read(parsed, context), parsed.GetValue(json), context, cancellation));
        return verb;
    }

    private static async Task<int> RunAsync(
        StenoSettings settings, bool json, VerbContext context, CancellationToken cancellation)
    {
        RecorderStatus status = await StatusAnswer.AskAsync(settings, deadline: null, cancellation).ConfigureAwait(false);
        if (json) context.Output.Verbatim(StatusJson.ToIndentedJson(status));
        else StatusScreen.Print(status with { Reason = context.Hints.In(status.Reason) }, context.Output, context.Time.GetUtcNow());
        return ExitCodes.Of(status);
    }
}
