using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Steno.Configuration;
using Steno.Core;
using Steno.Core.Files;
using Steno.Core.Messages;
using Steno.Terminal;
using Steno.Views;

namespace Steno.Commands;

/// <summary><c>steno show SEQ|ID</c>: one message whole, with the lines around it.</summary>
internal static class ShowCommand
{
    /// <summary>Of the sealed sessions, the newest; more would hide the answer.</summary>
    private const int OthersMax = 5;

    public static Command Create(VerbContext context)
    {
        var verb = new Verb("show", "Print one message whole, with the messages around it",
            "steno show 17", "steno show m-17 --context 10", "steno show 17 --session 0193af",
            "steno show 17 --raw > payload.json");
        var which = new Argument<string>("SEQ|ID") { Description = "A message's sequence (17 or #17), or its id" };
        var settings = new SettingOptions(verb, SettingKey.Logs);
        Option<string?> session = JournalOfVerb.SessionOption();
        Option<int> around = ViewOptions.Context();
        var raw = new Option<bool>("--raw")
        {
            Description = "The payload as it was sent, byte for byte; not to a terminal",
        };
        var json = new Option<bool>("--json") { Description = "As JSON, for scripts (docs/cli.md)" };
        verb.Add(which);
        verb.Add(session);
        verb.Add(around);
        verb.Add(raw);
        verb.Add(json);
        verb.SetAction(parsed =>
        {
            StenoSettings read = settings.Read(parsed, context);
            string? wanted = parsed.GetValue(session);
            SessionJournal journal = JournalOfVerb.Require(read, wanted);
            IReadOnlyList<SessionJournal> others = [.. SessionJournal.Archived(new LogDirectory(read.Logs)).Where(other => other != journal).Reverse()];
            string id = parsed.GetRequiredValue(which);
            int lines = parsed.GetValue(around);
            MessageSearch? search = Find(journal, id, lines);
            if (search is null && wanted is null && FindElsewhere(others, id, lines, context) is var (found, place)) (search, journal) = (found, place);
            if (search is null) throw NotFound(id, journal, wanted, others, context);
            if (parsed.GetValue(json)) PrintJson(search, journal.Id, context);
            if (parsed.GetValue(json)) return ExitCodes.Done;
            if (parsed.GetValue(raw)) PrintRaw(search.Found.Message, context);
            else Print(search, journal.Id, context);
            JournalOfVerb.NoteNamesakes(journal, wanted, context);
            if (wanted is null && !journal.IsCurrent)
                context.Error.Prose($"The current session has no message {id}; it is in session {journal.Id}, which is sealed.");
            return ExitCodes.Done;
        });
        return verb;
    }

    private static MessageSearch? Find(SessionJournal journal, string which, int around)
    {
        // An id may be a number, too: the sequence comes first.
        return (TryReadSeq(which) is { } seq ? MessageSearch.BySeq(journal.Path, seq, around) : null) ?? MessageSearch.ById(journal.Path, which, around);
    }

    private static long? TryReadSeq(string which) =>
        long.TryParse(which.StartsWith('#') ? which[1..] : which, NumberStyles.None, CultureInfo.InvariantCulture, out long seq) ? seq : null;

    /// <summary>An id belongs to one message, whatever its session; sequences begin anew in each.</summary>
    /// <param name="others">The sealed sessions, newest first.</param>
    private static (MessageSearch Search, SessionJournal Journal)? FindElsewhere(
        IReadOnlyList<SessionJournal> others, string id, int around, VerbContext context)
    {
        ProgressNote progress = new("sealed sessions", context.Error, context.Time);
        long[] bytes = [.. others.Select(other => FileFacts.Of(other.Path) is { Kind: FileKind.File } file ? file.Length : 0)];
        for (int n = 0; n < others.Count; n++)
        {
            progress.Tell(bytes.Take(n).Sum(), bytes.Sum());
            if (bytes[n] > 0 && MessageSearch.ById(others[n].Path, id, around) is { } found) return (found, others[n]);
        }

        return null;
    }

    private static StenoException NotFound(
        string which, SessionJournal journal, string? wanted, IReadOnlyList<SessionJournal> others, VerbContext context)
    {
        string more = wanted is null && others.Count > 0 ? $", and none with that id in {(others.Count == 1 ? "the sealed one" : $"the {others.Count} sealed ones")}" : "";
        string older = others.Count > OthersMax ? "…, " : "";
        string list = others.Count == 0 ? "" : $" Sealed sessions, for --session: {older}{string.Join(", ", others.Take(OthersMax).Reverse().Select(other => other.Id))}.";
        string[] same = wanted is null && TryReadSeq(which) is { } seq
            ? [.. others.Where(other => other.Id is not null && MessageSearch.BySeq(other.Path, seq, 0) is not null).Take(OthersMax + 1).Select(other => $"`steno show {seq} --session {other.Id}`")]
            : [];
        if (same.Length > 0) list = $" A sequence is of one session alone; sealed ones have a #{which.TrimStart('#')}, too: {string.Join(", ", same.Take(OthersMax))}{(same.Length > OthersMax ? ", …" : ".")}";
        return new StenoException(
            $"There is no message {which} in session {journal.Id ?? "(unnamed)"}{(journal.IsCurrent ? ", the current one" : "")}{more}: {journal.Path}.",
            context.Hints.In($"`steno recent` shows sequences.{list}"));
    }

    private static void Print(MessageSearch search, string? session, VerbContext context)
    {
        MessageScreen.Print(search.Found, session, context.Output, context.Time);
        int inDoubt = search.Found.Doubt is null ? 0 : 1;
        if (search.Before.Count + search.After.Count > 0) inDoubt = PrintAround(search, context);
        context.Output.Flush();
        if (DoubtNote.Of(inDoubt) is { } doubt) context.Error.Prose($"{Styled.Warning(context.Hints.In(doubt))}");
    }

    /// <returns>How many of the lines are in doubt.</returns>
    private static int PrintAround(MessageSearch search, VerbContext context)
    {
        context.Output.Line();
        // What was asked for is whole; its neighbours are there to be recognised.
        var lines = new MessageLines(context.Output, context.Time, MessageScreen.OrdinaryColumns);
        foreach (JournalEntry entry in search.Before) lines.Print(entry);
        lines.Print(search.Found);
        foreach (JournalEntry entry in search.After) lines.Print(entry);
        return lines.InDoubt;
    }

    private static void PrintJson(MessageSearch search, string? session, VerbContext context) => context.Output.Verbatim(
        JsonSerializer.Serialize(
            new ShownMessageAnswer(
                1,
                session,
                MessageAnswer.From(search.Found),
                Convert.ToBase64String(search.Found.Message.Payload()),
                [.. search.Found.Message.FurtherFrames.Select(Convert.ToBase64String)],
                [.. search.Before.Select(MessageAnswer.From)],
                [.. search.After.Select(MessageAnswer.From)]),
            CommandJson.Default.ShownMessageAnswer));

    private static void PrintRaw(RecordedMessage message, VerbContext context)
    {
        if (context.Output.IsTerminal)
            throw new StenoException(
                "The raw bytes of an agent's message are not written to a terminal: it would obey them.",
                "Send them to a file or a program: `steno show … --raw > payload`.");
        context.Output.Bytes(message.Payload());
    }
}
