using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Steno.Configuration;
using Steno.Core;
using Steno.Core.Messages;
using Steno.Views;

namespace Steno.Commands;

/// <summary><c>steno show SEQ|ID</c>: one message whole, with the lines around it.</summary>
internal static class ShowCommand
{
    private const int ContextMax = 1000;

    public static Command Create(VerbContext context)
    {
        var verb = new Verb("show", "Print one message whole, with the messages around it",
            "steno show 17", "steno show m-17 --context 10", "steno show 17 --raw > payload.json");
        var which = new Argument<string>("SEQ|ID") { Description = "Its sequence (17 or #17), or its id" };
        var settings = new SettingOptions(verb, SettingKey.Logs);
        var around = new Option<int>("--context")
        {
            Description = "Lines before and after it [default: 3]",
            HelpName = "LINES",
            DefaultValueFactory = _ => 3,
        };
        var raw = new Option<bool>("--raw")
        {
            Description = "The payload as it was sent, byte for byte; not to a terminal",
        };
        var json = new Option<bool>("--json") { Description = "As JSON, for scripts (docs/cli.md)" };
        verb.Add(which);
        verb.Add(around);
        verb.Add(raw);
        verb.Add(json);
        verb.SetAction(parsed =>
        {
            MessageSearch found = Find(JournalOfVerb.Require(settings.Read(parsed, context)),
                parsed.GetRequiredValue(which), Math.Clamp(parsed.GetValue(around), 0, ContextMax));
            if (parsed.GetValue(raw)) PrintRaw(found.Message, context);
            else if (parsed.GetValue(json)) PrintJson(found, context);
            else Print(found, context);
            return ExitCodes.Done;
        });
        return verb;
    }

    private static MessageSearch Find(string journal, string which, int around)
    {
        bool isSeq = long.TryParse(
            which.StartsWith('#') ? which[1..] : which, NumberStyles.None, CultureInfo.InvariantCulture, out long seq);
        // An id may be a number, too: the sequence comes first.
        return (isSeq ? MessageSearch.BySeq(journal, seq, around) : null)
            ?? MessageSearch.ById(journal, which, around)
            ?? throw new StenoException($"There is no message {which} in {journal}.",
                "`steno recent` shows sequences; only the current session is searched.");
    }

    private static void Print(MessageSearch found, VerbContext context)
    {
        MessageScreen.Print(found.Message, context.Output);
        if (found.Before.Count + found.After.Count == 0) return;

        context.Output.Line();
        var lines = new MessageLines(context.Output, context.Time.LocalTimeZone);
        foreach (RecordedMessage message in found.Before) lines.Print(message);
        lines.Print(found.Message);
        foreach (RecordedMessage message in found.After) lines.Print(message);
    }

    private static void PrintJson(MessageSearch found, VerbContext context) => context.Output.Verbatim(
        JsonSerializer.Serialize(
            new ShownMessageAnswer(
                1,
                MessageAnswer.From(found.Message),
                Convert.ToBase64String(found.Message.Payload()),
                [.. found.Before.Select(MessageAnswer.From)],
                [.. found.After.Select(MessageAnswer.From)]),
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
