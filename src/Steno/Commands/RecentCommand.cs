using System.CommandLine;
using System.Text.Json;
using Steno.Configuration;
using Steno.Core.Files;
using Steno.Terminal;
using Steno.Views;

namespace Steno.Commands;

/// <summary><c>steno recent</c>: the last messages. Reads the journal; no recorder needs to run.</summary>
internal static class RecentCommand
{
    public static Command Create(VerbContext context)
    {
        var verb = new Verb("recent", "Print the last messages",
            "steno recent", "steno recent -n 100 | less", "steno recent --session 0193af",
            "steno recent --json | jq '.messages[].text'");
        var settings = new SettingOptions(verb, SettingKey.Logs);
        Option<string?> session = JournalOfVerb.SessionOption();
        Option<int> count = ViewOptions.Count(20);
        Option<bool> everything = ViewOptions.Everything();
        var json = new Option<bool>("--json") { Description = "As JSON, for scripts (docs/cli.md)" };
        verb.Add(session);
        verb.Add(count);
        verb.Add(everything);
        verb.Add(json);
        verb.SetAction((parsed, cancellation) => RunAsync(settings.Read(parsed, context), parsed.GetValue(session),
            parsed.GetValue(count), parsed.GetValue(everything), parsed.GetValue(json), context, cancellation));
        return verb;
    }

    private static async Task<int> RunAsync(
        StenoSettings settings, string? wanted, int count, bool everything, bool json, VerbContext context,
        CancellationToken cancellation)
    {
        SessionJournal journal = JournalOfVerb.Require(settings, wanted);
        IReadOnlyList<(string? Session, JournalExcerpt Excerpt)> read =
            ConversationExcerpt.Read(new LogDirectory(settings.Logs), journal, alone: wanted is not null, count, everything);
        if (json)
        {
            var answer = new MessagesAnswer(1, [.. read.SelectMany(of => of.Excerpt.Entries.Where(entry => everything || entry.IsSaid).Select(entry =>
                MessageAnswer.From(entry) with { Session = of.Session }))]);
            context.Output.Verbatim(JsonSerializer.Serialize(answer, CommandJson.Default.MessagesAnswer));
            return ExitCodes.Done;
        }

        var lines = new MessageLines(context.Output, context.Time);
        foreach ((string? session, JournalExcerpt excerpt) in read)
        {
            if (read.Count > 1) lines.PrintBorder(session);
            foreach (JournalEntry entry in excerpt.Entries) lines.Print(entry);
        }

        // The answer first, whole: on a terminal the remarks then stand below it.
        context.Output.Flush();
        if (count > 0 && read.All(of => of.Excerpt.Count == 0)) context.Error.Prose($"No message yet: {journal.Path} holds none.");
        int hidden = read.Sum(of => of.Excerpt.HiddenRepeats);
        JournalOfVerb.NoteNamesakes(journal, wanted, context);
        if (hidden > 0) context.Error.Prose($"{Repeats.Hidden(hidden)}");
        if (DoubtNote.Of(lines.InDoubt) is { } doubt) context.Error.Prose($"{Styled.Warning(context.Hints.In(doubt))}");
        if (!journal.IsCurrent) return ExitCodes.Done;
        (string? reason, string? missing) = await RecordingNote.LookAsync(settings.Logs, context.Hints, cancellation).ConfigureAwait(false);
        if (missing is not null) context.Error.Prose($"{Styled.Warning("Not all is here:")} {missing}");
        if (reason is not null) context.Error.Prose($"{Styled.Warning("Not recording now:")} {reason}");
        return ExitCodes.Done;
    }
}
