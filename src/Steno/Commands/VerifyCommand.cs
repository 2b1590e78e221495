using System.CommandLine;
using System.Text.Json;
using Steno.Configuration;
using Steno.Control;
using Steno.Core;
using Steno.Core.Files;
using Steno.Core.Verification;
using Steno.Views;

namespace Steno.Commands;

/// <summary><c>steno verify</c>: is every file as it was written? Exit code 1 when one is not.</summary>
internal static class VerifyCommand
{
    public static Command Create(VerbContext context)
    {
        var verb = new Verb("verify", "Check that journal, second copy and checkpoints are as they were written",
            "steno verify", "steno verify --all", "steno verify --json | jq '.damage[].file'");
        var settings = new SettingOptions(verb, SettingKey.Logs);
        var all = new Option<bool>("--all") { Description = "The sealed sessions in the archive, too" };
        var json = new Option<bool>("--json") { Description = "As JSON, for scripts (docs/cli.md)" };
        verb.Add(all);
        verb.Add(json);
        verb.SetAction((parsed, cancellation) => Task.Run(
            () => Run(new LogDirectory(settings.Read(parsed, context).Logs), parsed.GetValue(all), parsed.GetValue(json), context, cancellation),
            cancellation));
        return verb;
    }

    private static int Run(LogDirectory logs, bool all, bool json, VerbContext context, CancellationToken cancellation)
    {
        LogsOfVerb.Require(logs);
        long started = context.Time.GetTimestamp();
        long? durable = null;
        Verifier verifier = new(logs)
        {
            IncludesArchive = all,
            DurableSeq = () => durable = AskDurable(logs, cancellation),
            Progress = new ProgressNote("verify", context.Error, context.Time).Tell,
            Cancellation = cancellation,
        };
        VerificationReport report = verifier.Run();
        if (report.IsNothing) throw NothingIn(logs);

        VerificationAnswer answer = VerificationAnswer.From(report, logs, all, context.Time.GetElapsedTime(started));
        if (json) context.Output.Verbatim(JsonSerializer.Serialize(answer, CommandJson.Default.VerificationAnswer));
        else VerificationScreen.Print(answer, durable is not null, context.Output, context.Error, context.Hints.In);
        return report.IsIntact ? ExitCodes.Done : ExitCodes.Failed;
    }

    internal static StenoException NothingIn(LogDirectory logs) => new(
        $"Nothing is recorded in {logs.Root}: there is nothing to verify, nor to recover.",
        "`steno start` begins to record; --logs names another log directory.");

    /// <summary>Null: no recorder runs. 0: one does, and does not say.</summary>
    private static long? AskDurable(LogDirectory logs, CancellationToken cancellation)
    {
        using var client = new ControlClient(logs.Root);
        ControlReply reply = client.StatusAsync(cancellation).GetAwaiter().GetResult();
        if (reply.Status is { } status) return status.DurableSeq;
        return DirectoryLock.FindHolder(logs) is null ? null : 0;
    }
}
