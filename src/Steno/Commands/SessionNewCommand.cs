using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Steno.Configuration;
using Steno.Control;
using Steno.Core.Files;
using Steno.Core.Sessions;
using Steno.Recorder;
using Steno.Terminal;
using Steno.Views;

namespace Steno.Commands;

/// <summary><c>steno session new</c>: asks the recorder, or does it itself where none runs.</summary>
internal static class SessionNewCommand
{
    public static Command Create(VerbContext context)
    {
        var verb = new Verb("new", "Seal the current session, and begin a new one; recording goes on",
            "steno session new", "steno session new --name refactoring");
        var settings = new SettingOptions(verb, SettingKey.Logs);
        Option<string?> name = LabelOption.Name();
        Option<bool> json = CheckpointCommand.Json();
        verb.Add(name);
        verb.Add(json);
        verb.SetAction((parsed, _) => RunAsync(
            settings.Read(parsed, context), parsed.GetValue(name), parsed.GetValue(json), context));
        return verb;
    }

    private static async Task<int> RunAsync(
        StenoSettings settings, string? name, bool json, VerbContext context)
    {
        LogDirectory logs = new(settings.Logs);
        LogsOfVerb.Require(logs);
        using var client = new SessionClient(logs.Root);
        Interruption interruption = new(context, "No session was begun, and the current one goes on.");
        return await interruption.RunAsync(async cancellation =>
        {
            BegunSession begun = await interruption.AskAsync(
                () => ProgressNote.WhileAsync(logs.Root, context, () => client.NewAsync(name, cancellation)),
                "The recorder goes on with it: `steno session list` shows when the session has begun.",
                () => BeginAlone(logs, name, context, cancellation)).ConfigureAwait(false);
            return Print(begun, logs, json, context);
        }).ConfigureAwait(false);
    }

    private static int Print(BegunSession begun, LogDirectory logs, bool json, VerbContext context)
    {
        if (json)
        {
            context.Output.Verbatim(JsonSerializer.Serialize(AnswerOf(begun), CommandJson.Default.BegunSessionAnswer));
            return ExitCodes.Done;
        }

        string called = begun.Name is { } given ? $" ({given})" : "";
        string last = begun.SealedSeq.ToString("N0", CultureInfo.InvariantCulture);
        context.Output.Prose(
            $"{Styled.Good("✓")} Session {Styled.Strong(begun.Id)}{called} began. Session {begun.Sealed}, up to line {last}, is sealed and in the archive.");
        if (begun.Name is { } name) NoteNamesakes(name, logs, context);
        return ExitCodes.Done;
    }

    /// <summary>Names need not be unique, but whoever gives one twice may not know.</summary>
    private static void NoteNamesakes(string name, LogDirectory logs, VerbContext context)
    {
        int older = SessionOverview.All(logs).Count(one => one.Name == name) - 1;
        if (older <= 0) return;
        string others = older == 1 ? "1 older session has" : string.Create(CultureInfo.InvariantCulture, $"{older:N0} older sessions have");
        context.Error.Prose(
            $"{Styled.Warning("warning:")} {context.Hints.In($"{others} the name {name}, too; from now on it means this one. `steno session show {name}` lists the ids.")}");
    }

    internal static BegunSessionAnswer AnswerOf(BegunSession begun) => new(
        1, begun.Id, begun.Name, begun.Reason, begun.Sealed, begun.SealedSeq, begun.Loaded, begun.LoadedLines, begun.BeforeLoad);

    private static BegunSession BeginAlone(LogDirectory logs, string? name, VerbContext context, CancellationToken cancellation)
    {
        using StoppedSessions stopped = Alone(logs, context, "checkpoint", cancellation);
        return BegunSession.Of(stopped.New(name));
    }

    /// <summary>Where no recorder runs: what is mended on the way is said.</summary>
    /// <param name="what">Whose progress is told.</param>
    internal static StoppedSessions Alone(LogDirectory logs, VerbContext context, string what, CancellationToken cancellation) =>
        new(logs, context.Time)
        {
            Progress = new ProgressNote(what, context.Error, context.Time).Tell,
            Cancellation = cancellation,
            Judge = session => SealedAlone.Judge(session, logs, context.Time, cancellation),
            Happened = note => context.Error.Prose($"{Styled.Warning(note)}"),
        };
}
