using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Steno.Configuration;
using Steno.Core.Files;
using Steno.Core.Sessions;
using Steno.Terminal;
using Steno.Views;

namespace Steno.Commands;

/// <summary><c>steno session show [ID|NAME|current]</c>: one session, where it comes from and what is known of it.</summary>
internal static class SessionShowCommand
{
    public static Command Create(VerbContext context)
    {
        var verb = new Verb("show", "Show a session: its lineage, its verdict and its damage",
            "steno session show", "steno session show current --json", "steno session show 01a209ac", "steno session show refactoring");
        var which = new Argument<string>("ID|NAME|current")
        {
            Description = "A session's id (its beginning is enough) or name (of several of one name the newest); by default the current one",
            DefaultValueFactory = static _ => SessionJournal.Current,
        };
        var settings = new SettingOptions(verb, SettingKey.Logs);
        Option<bool> json = CheckpointCommand.Json();
        verb.Add(which);
        verb.Add(json);
        verb.SetAction(async (parsed, cancellation) =>
        {
            LogDirectory logs = new(settings.Read(parsed, context).Logs);
            LogsOfVerb.Require(logs);
            JudgedSessions judged = await JudgedSessions.AskAsync(logs, context.Time, cancellation).ConfigureAwait(false);
            ShownSessionAnswer answer = SessionOverview.Find(logs, parsed.GetRequiredValue(which));
            answer = answer with { Session = judged.Of(answer.Session) };
            if (parsed.GetValue(json))
                context.Output.Verbatim(JsonSerializer.Serialize(answer, CommandJson.Default.ShownSessionAnswer));
            else Print(answer, logs, context.Output, context.Time);
            return ExitCodes.Done;
        });
        return verb;
    }

    private static void Print(ShownSessionAnswer answer, LogDirectory logs, Screen screen, TimeProvider time)
    {
        SessionAnswer one = answer.Session;
        screen.Line($"{Styled.Strong(one.Id ?? "(a session without an id)")}");
        if (one.Name is { } name) Row(screen, "name", name);
        if (Began(one, time) is { } began) Row(screen, "began", began);
        Row(screen, "state", State(one));
        Row(screen, "journal", one.Journal);
        Row(screen, "holds", Content(one));
        Row(screen, "complete?", one.Verdict is { } verdict
            ? string.Create(CultureInfo.InvariantCulture, $"{verdict.Value}: {verdict.Reason} (at line {verdict.Seq:N0})")
            : one.Current ? "unknown: it goes on, and `steno status` judges it as it is now" : "unknown: it was never judged");
        if (one.Loaded is { } loaded)
        {
            Row(screen, "content", string.Create(CultureInfo.InvariantCulture, $"lines 1 to {one.LoadedSeq:N0} come from checkpoint {loaded}"));
        }

        foreach (SessionAncestor above in answer.Lineage)
        {
            Row(screen, "follows", string.Create(CultureInfo.InvariantCulture,
                $"{above.Id}, which ended at its line {above.Seq:N0}{(above.Sealed is null ? "" : $" ({above.Sealed})")}"));
        }

        foreach (string below in answer.Continued) Row(screen, "then came", below);
        foreach (SessionAnswer other in answer.SameName.Count == 0 ? [] : SessionOverview.All(logs).Where(other => other.Id is { } id && answer.SameName.Contains(id)))
            Row(screen, "also named", $"{other.Id}, which began {Began(other, time)}, {State(other)}; {Content(other)}");
        foreach (KnownDamage damage in one.Damage) Row(screen, "damage", damage.Description);
        foreach (string checkpoint in answer.Checkpoints) Row(screen, "checkpoint", checkpoint);
        if (one.Problem is { } problem) Row(screen, "problem", problem);
    }

    private static string? Began(SessionAnswer one, TimeProvider time) => one.Started is { } started
        ? $"{TimeZoneInfo.ConvertTime(started, time.LocalTimeZone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} ({one.Began})"
        : null;

    private static string State(SessionAnswer one) => one.Current ? "current" : $"sealed ({one.Sealed ?? "it is not known why"})";

    private static string Content(SessionAnswer one) => one.LastSeq is { } last
        ? $"{Counted.Lines(last)}, {ByteSize.Format(one.JournalBytes)}"
        : "no line that can be read";

    private static void Row(Screen screen, string label, string value) => screen.Prose($"  {label,-10} {value}", 13);
}
