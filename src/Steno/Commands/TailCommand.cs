using System.CommandLine;
using System.Text.Json;
using Steno.Configuration;
using Steno.Core.Files;
using Steno.Views;

namespace Steno.Commands;

/// <summary>
/// <c>steno tail</c>: follows what is recorded, until Ctrl+C. Reads the journal, so it outlives recorder and
/// session.
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
        LogDirectory logs = new(settings.Logs);
        string journal = logs.CurrentJournal;
        string? session = null;
        var remarks = new TailRemarks(context.Error, settings.Logs, context.Hints, context.Time);
        MessageLines lines = new(context.Output, context.Time);
        Action<JournalEntry> print = json
            ? entry => context.Output.Verbatim(
                JsonSerializer.Serialize(MessageAnswer.From(entry) with { Session = session }, MessageJson.Default.MessageAnswer))
            : lines.Print;

        FileFacts.RequireFile(journal);
        long offset = 0;
        LineDoubts? doubts = null;
        if (File.Exists(journal))
        {
            (session, JournalExcerpt last) = ConversationExcerpt.Read(logs, SessionJournal.OfCurrent(logs), alone: true, count, everything)[0];
            foreach (JournalEntry entry in last.Entries.Where(IsShown)) print(entry);
            offset = last.NextOffset;
            context.Output.Flush();
            doubts = last.Doubts;
            if (!json) remarks.OfHiddenRepeats(last.HiddenRepeats);
            if (!json && last.Entries.Any(entry => entry.Doubt is not null)) remarks.OfDoubt();
        }
        else remarks.OfWaiting();

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        Task watching = json ? Task.CompletedTask : remarks.WatchAsync(ended.Token);
        var follower = new JournalFollower(journal, context.Time, () => context.Output.IsReaderGone);
        await foreach (JournalEntry entry in follower.FollowAsync(offset, doubts, cancellation).ConfigureAwait(false))
        {
            if (entry.NamesSession is { } named && named != session)
            {
                if (session is not null && !json) lines.PrintBorder(named);
                session = named;
                context.Output.Flush();
            }

            if (!everything && !json && entry.IsRepeat) remarks.OfHiddenRepeats(1);
            if (!IsShown(entry)) continue;
            print(entry);
            context.Output.Flush();
            if (!json && entry.Doubt is not null) remarks.OfDoubt();
        }

        await ended.CancelAsync().ConfigureAwait(false);
        try
        {
            await watching.ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // As asked.
        }

        return ExitCodes.Done;

        bool IsShown(JournalEntry entry) => everything || entry.IsSaid || (!json && entry.IsHole);
    }
}
