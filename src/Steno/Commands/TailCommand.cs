using System.CommandLine;
using System.Text.Json;
using Steno.Configuration;
using Steno.Core.Files;
using Steno.Core.Messages;
using Steno.Views;

namespace Steno.Commands;

/// <summary>
/// <c>steno tail</c>: follows what is recorded, until Ctrl+C. Reads the journal, so it outlives recorder and session.
/// </summary>
internal static class TailCommand
{
    public static Command Create(VerbContext context)
    {
        var verb = new Verb("tail", "Print messages as they are recorded, until Ctrl+C",
            "steno tail", "steno tail -n 0 --json | jq -r .text", "steno tail --all");
        var settings = new SettingOptions(verb, SettingKey.Logs);
        Option<int> count = ViewOptions.Count(10);
        Option<bool> everything = ViewOptions.Everything();
        var json = new Option<bool>("--json") { Description = "As JSON, one line per message (docs/cli.md)" };
        verb.Add(count);
        verb.Add(everything);
        verb.Add(json);
        verb.SetAction((parsed, cancellation) => RunAsync(settings.Read(parsed, context), parsed.GetValue(count),
            parsed.GetValue(everything), parsed.GetValue(json), context, cancellation));
        return verb;
    }

    private static async Task<int> RunAsync(
        StenoSettings settings, int count, bool everything, bool json, VerbContext context,
        CancellationToken cancellation)
    {
        string journal = new LogDirectory(settings.Logs).CurrentJournal;
        Action<RecordedMessage> print = json
            ? message => context.Output.Verbatim(
                JsonSerializer.Serialize(MessageAnswer.From(message), MessageJson.Default.MessageAnswer))
            : new MessageLines(context.Output, context.Time.LocalTimeZone).Print;

        long offset = 0;
        if (File.Exists(journal))
        {
            (IReadOnlyList<RecordedMessage> last, offset) = JournalExcerpt.Last(journal, count, everything);
            foreach (RecordedMessage message in last) print(message);
        }
        else
        {
            context.Error.Line($"Nothing has been recorded in {settings.Logs} yet; waiting.");
            context.Error.Flush();
        }

        context.Output.Flush();
        await foreach (RecordedMessage message in new JournalFollower(journal, context.Time, () => context.Output.IsReaderGone)
            .FollowAsync(offset, cancellation).ConfigureAwait(false))
        {
            if (!everything && !JournalExcerpt.IsSaid(message)) continue;
            print(message);
            context.Output.Flush();
        }

        return ExitCodes.Done;
    }
}
