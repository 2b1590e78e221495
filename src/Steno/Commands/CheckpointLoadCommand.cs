using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Steno.Configuration;
using Steno.Control;
using Steno.Core.Files;
using Steno.Core.Sessions;
using Steno.Terminal;
using Steno.Views;

namespace Steno.Commands;

/// <summary>
/// <c>steno checkpoint load ID|LABEL|FILE</c>: goes on from a checkpoint, in a session of its own. Asks the recorder,
/// or does it itself where none runs.
/// </summary>
internal static class CheckpointLoadCommand
{
    public static Command Create(VerbContext context)
    {
        var verb = new Verb("load", "Go on from a checkpoint, in a new session; nothing of the current one is lost",
            "steno checkpoint load before-refactoring", "steno checkpoint load 20251130T100000Z_4711 --yes",
            "steno checkpoint load ~/old/conversation_logs/checkpoints/checkpoint_12.json");
        var which = new Argument<string>("ID|LABEL|FILE")
        {
            Description = "A checkpoint's id (its beginning is enough), its label, or a file of the earlier Python system",
        };
        var settings = new SettingOptions(verb, SettingKey.Logs);
        Option<bool> yes = YesOption.Create();
        Option<bool> json = CheckpointCommand.Json();
        verb.Add(which);
        verb.Add(yes);
        verb.Add(json);
        verb.SetAction((parsed, _) => RunAsync(
            settings.Read(parsed, context), parsed.GetRequiredValue(which), parsed.GetValue(yes), parsed.GetValue(json), context));
        return verb;
    }

    private static async Task<int> RunAsync(
        StenoSettings settings, string which, bool yes, bool json, VerbContext context)
    {
        LogDirectory logs = new(settings.Logs);
        LogsOfVerb.Require(logs);
        LoadSource source = LoadSource.Find(logs, which, context.WorkingDirectory);
        if (!yes && !Confirmation.Ask(context, "Loading a checkpoint", Question(source, logs)))
        {
            context.Error.Prose($"Nothing was loaded: the current session goes on.");
            return ExitCodes.Failed;
        }

        Interruption interruption = new(context, "Nothing was loaded, and the session goes on.");
        return await interruption.RunAsync(async cancellation =>
        {
            BegunSession begun = await interruption.AskAsync(
                () => AskAsync(logs, source, context, cancellation),
                "The recorder goes on with it: `steno session list` shows when the session has begun.",
                () => LoadAlone(logs, source, context, cancellation)).ConfigureAwait(false);
            return Print(begun, source, json, context);
        }).ConfigureAwait(false);
    }

    private static int Print(BegunSession begun, LoadSource source, bool json, VerbContext context)
    {
        if (json)
        {
            context.Output.Verbatim(
                JsonSerializer.Serialize(SessionNewCommand.AnswerOf(begun), CommandJson.Default.BegunSessionAnswer));
            return ExitCodes.Done;
        }

        string lines = Counted.Lines(begun.LoadedLines);
        string last = begun.SealedSeq.ToString("N0", CultureInfo.InvariantCulture);
        context.Output.Prose(
            $"{Styled.Good("✓")} Session {Styled.Strong(begun.Id)} began with {lines} of {begun.Loaded ?? source.Name}.");
        string back = begun.BeforeLoad is { } end
            ? $"To go back: `steno checkpoint load {end}`."
            : "Its last checkpoint is not made yet: `steno status` says why, and `steno checkpoint list` shows it as session_end when it is.";
        context.Output.Prose($"  Session {begun.Sealed}, up to line {last}, is sealed and in the archive. {context.Hints.In(back)}");
        return ExitCodes.Done;
    }

    /// <summary>Says what happens to the current session.</summary>
    private static string Question(LoadSource source, LogDirectory logs)
    {
        string what = source.Checkpoint is { } ours
            ? string.Create(CultureInfo.InvariantCulture, $"Load checkpoint {ours.Id} ({Counted.Lines(ours.MessageCount)})?")
            : string.Create(CultureInfo.InvariantCulture,
                $"Load {source.Earlier!.File}, a checkpoint of the earlier system ({source.Earlier.MessageCount?.ToString("N0", CultureInfo.InvariantCulture) ?? "?"} messages)?");
        string? current = SessionJournal.OfCurrent(logs).Id;
        string session = current is null ? "What is recorded now" : $"The current session {current}";
        return $"{what} {session} gets a checkpoint first, is sealed, and stays whole in {logs.Archive}; a new session begins with the checkpoint's lines, and what is said from then on is recorded there.";
    }

    /// <summary>Null: no recorder runs.</summary>
    private static async Task<BegunSession?> AskAsync(
        LogDirectory logs, LoadSource source, VerbContext context, CancellationToken cancellation)
    {
        using var client = new SessionClient(logs.Root);
        LoadOrder order = new() { Checkpoint = source.Checkpoint?.Id, File = source.Earlier?.File };
        return await ProgressNote.WhileAsync(logs.Root, context, () => client.LoadAsync(order, cancellation)).ConfigureAwait(false);
    }

    private static BegunSession LoadAlone(
        LogDirectory logs, LoadSource source, VerbContext context, CancellationToken cancellation)
    {
        using StoppedSessions stopped = SessionNewCommand.Alone(logs, context, "load", cancellation);
        (Succession done, string? end) = stopped.Load(source.Prepare);
        return BegunSession.Of(done) with { BeforeLoad = end };
    }
}
