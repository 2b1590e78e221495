using System.CommandLine;
using System.Text.Json;
using Steno.Configuration;
using Steno.Core;
using Steno.Core.Files;
using Steno.Core.Restoration;
using Steno.Views;

namespace Steno.Commands;

/// <summary><c>steno recover</c>: puts right what is damaged. Exit code 1 when something no copy could heal.</summary>
internal static class RecoverCommand
{
    public static Command Create(VerbContext context)
    {
        var verb = new Verb("recover", "Put right what is damaged in the log directory, from whatever good copy there is",
            "steno recover --dry-run", "steno recover", "steno recover --yes --json | jq '.unhealed[].file'");
        var settings = new SettingOptions(verb, SettingKey.Logs);
        var dryRun = new Option<bool>("--dry-run") { Description = "Change nothing, and say what would be done" };
        Option<bool> yes = YesOption.Create();
        var json = new Option<bool>("--json") { Description = "As JSON, for scripts (docs/cli.md)" };
        verb.Add(dryRun);
        verb.Add(yes);
        verb.Add(json);
        verb.SetAction(parsed => Run(
            new LogDirectory(settings.Read(parsed, context).Logs), parsed.GetValue(dryRun), parsed.GetValue(yes), parsed.GetValue(json), context));
        return verb;
    }

    private static int Run(LogDirectory logs, bool dryRun, bool yes, bool json, VerbContext context)
    {
        LogsOfVerb.Require(logs);
        RequireNoRecorder(logs);
        long started = context.Time.GetTimestamp();
        if (Recover(logs, isDryRun: dryRun || !yes, context) is not { } outcome) return ExitCodes.Interrupted;
        bool isPlan = dryRun;
        if (!dryRun && !yes && outcome.Actions.Count > 0)
        {
            if (!Confirmed(outcome, logs, started, context))
            {
                context.Error.Prose($"Nothing was changed: what is damaged is so still.");
                return ExitCodes.Failed;
            }

            if (Recover(logs, isDryRun: false, context) is not { } done) return ExitCodes.Interrupted;
            outcome = done;
        }

        if (outcome.Actions.Count == 0 && outcome.Before.IsNothing) throw VerifyCommand.NothingIn(logs);
        RecoveryAnswer answer = RecoveryAnswer.From(outcome, logs, isPlan, context.Time.GetElapsedTime(started));
        if (json) context.Output.Verbatim(JsonSerializer.Serialize(answer, CommandJson.Default.RecoveryAnswer));
        else RecoveryScreen.Print(answer, context.Output, context.Error, context.Hints.In);
        bool isDone = outcome.IsWhole && (!isPlan || outcome.Actions.Count == 0);
        return isDone ? ExitCodes.Done : ExitCodes.Failed;
    }

    /// <summary>Null: interrupted, and that is said.</summary>
    private static RecoveryOutcome? Recover(LogDirectory logs, bool isDryRun, VerbContext context)
    {
        RecoveryOutcome? outcome = null;
        Interruption interruption = new(context, isDryRun
            ? "Nothing was changed."
            : "What was put right stays so, and all else is as it was: `steno recover` goes on.");
        interruption.RunAsync(cancellation =>
        {
            outcome = new LogRecovery(logs, context.Time)
            {
                IsDryRun = isDryRun,
                Progress = new ProgressNote("recover", context.Error, context.Time).Tell,
                Cancellation = cancellation,
            }.Run();
            return Task.FromResult(ExitCodes.Done);
        }).GetAwaiter().GetResult();
        return outcome;
    }

    /// <exception cref="StenoException">One runs.</exception>
    private static void RequireNoRecorder(LogDirectory logs)
    {
        if (DirectoryLock.FindHolder(logs) is not { } pid) return;
        throw new StenoException(
            $"A recorder (pid {pid}) is writing in {logs.Root}: it heals its own journal by itself.",
            "To put the rest right, end it with `steno stop`, recover, and start it again.");
    }

    /// <summary>Asks only where somebody can answer.</summary>
    /// <exception cref="StenoException">Nobody can.</exception>
    private static bool Confirmed(RecoveryOutcome planned, LogDirectory logs, long started, VerbContext context)
    {
        if (context.Ask is not { } ask)
            throw new UnansweredException("Recovering asks first, and there is no terminal to ask on.", "Say it with --yes, or look first with --dry-run.");
        RecoveryAnswer answer = RecoveryAnswer.From(planned, logs, dryRun: true, context.Time.GetElapsedTime(started));
        RecoveryScreen.Print(answer, context.Error, context.Error, context.Hints.In);
        context.Error.Prose($"Do it? What stands there now is kept in quarantine. [y/N]");
        context.Error.Flush();
        return ask()?.Trim() is { } said
            && (said.Equals("y", StringComparison.OrdinalIgnoreCase) || said.Equals("yes", StringComparison.OrdinalIgnoreCase));
    }
}
