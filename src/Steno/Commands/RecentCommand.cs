using System.CommandLine;
using System.Text.Json;
using Steno.Configuration;
using Steno.Core.Messages;
using Steno.Views;

namespace Steno.Commands;

/// <summary><c>steno recent</c>: the last messages. Reads the journal; no recorder needs to run.</summary>
internal static class RecentCommand
{
    public static Command Create(VerbContext context)
    {
        var verb = new Verb("recent", "Print the last messages",
            "steno recent", "steno recent -n 100 | less", "steno recent --json | jq '.messages[].text'");
        var settings = new SettingOptions(verb, SettingKey.Logs);
        Option<int> count = ViewOptions.Count(20);
        Option<bool> everything = ViewOptions.Everything();
        var json = new Option<bool>("--json") { Description = "As JSON, for scripts (docs/cli.md)" };
        verb.Add(count);
        verb.Add(everything);
        verb.Add(json);
        verb.SetAction(parsed => Run(settings.Read(parsed, context), parsed.GetValue(count),
            parsed.GetValue(everything), parsed.GetValue(json), context));
        return verb;
    }

    private static int Run(StenoSettings settings, int count, bool everything, bool json, VerbContext context)
    {
        string journal = JournalOfVerb.Require(settings);
        IReadOnlyList<RecordedMessage> messages = JournalExcerpt.Last(journal, count, everything).Messages;
        if (json)
        {
            var answer = new MessagesAnswer(1, [.. messages.Select(MessageAnswer.From)]);
            context.Output.Verbatim(JsonSerializer.Serialize(answer, CommandJson.Default.MessagesAnswer));
            return ExitCodes.Done;
        }

        var lines = new MessageLines(context.Output, context.Time.LocalTimeZone);
        foreach (RecordedMessage message in messages) lines.Print(message);
        if (messages.Count == 0) context.Error.Line($"No message yet: {journal} holds none.");
        return ExitCodes.Done;
    }
}
