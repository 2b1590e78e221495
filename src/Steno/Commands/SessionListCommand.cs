using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Steno.Configuration;
using Steno.Core.Files;
using Steno.Terminal;
using Steno.Views;

namespace Steno.Commands;

/// <summary><c>steno session list</c>: reads the <c>session.json</c> files, and asks the recorder for its verdict; none needs to run.</summary>
internal static class SessionListCommand
{
    /// <summary>Before what does not fit on a session's first line.</summary>
    private const int Margin = 4;

    public static Command Create(VerbContext context)
    {
        var verb = new Verb("list", "List the sessions, the current one first, then the newest",
            "steno session list", "steno session list --json | jq '.sessions[].id'");
        var settings = new SettingOptions(verb, SettingKey.Logs);
        Option<bool> json = CheckpointCommand.Json();
        verb.Add(json);
        verb.SetAction((parsed, cancellation) =>
            RunAsync(new LogDirectory(settings.Read(parsed, context).Logs), parsed.GetValue(json), context, cancellation));
        return verb;
    }

    private static async Task<int> RunAsync(LogDirectory logs, bool json, VerbContext context, CancellationToken cancellation)
    {
        LogsOfVerb.Require(logs);
        JudgedSessions judged = await JudgedSessions.AskAsync(logs, context.Time, cancellation).ConfigureAwait(false);
        IReadOnlyList<SessionAnswer> found = [.. SessionOverview.All(logs).Select(judged.Of)];
        bool isCurrentLost = found.Count > 0 && !found.Any(one => one.Current);
        if (json)
        {
            context.Output.Verbatim(JsonSerializer.Serialize(new SessionListAnswer(1, found), CommandJson.Default.SessionListAnswer));
        }
        else
        {
            foreach (SessionAnswer one in found) PrintLine(one, context.Output, context.Time);
            context.Output.Flush();
            if (isCurrentLost) context.Error.Prose($"{Styled.Warning("damaged:")} {context.Hints.In("The current session is not here: `steno verify --all` says what is missing.")}");
            if (found.Count == 0) context.Error.Prose($"{context.Hints.In("There is no session yet: `steno start` begins to record.")}");
            foreach (SessionAnswer one in found.Where(one => one.Problem is not null))
                context.Error.Prose($"{Styled.Warning("damaged:")} session {one.Id ?? "(no id)"}: {context.Hints.In(one.Problem!)}");
        }

        return found.All(one => one.Problem is null) && !isCurrentLost ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static void PrintLine(SessionAnswer one, Screen screen, TimeProvider time)
    {
        string started = one.Started is { } at
            ? TimeZoneInfo.ConvertTime(at, time.LocalTimeZone).ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)
            : "(not known when) ";
        string count = one.LastSeq is { } last ? Counted.Lines(last) : "no lines";
        Styled state = one.Current ? Styled.Good("current") : Styled.Plain(one.Sealed is { } why ? $"sealed ({why})" : "sealed");
        string damage = one.Damage.Count == 0 ? "" : string.Create(CultureInfo.InvariantCulture, $", {one.Damage.Count} damaged");
        string name = one.Name is { } called ? $" ({called})" : "";
        string began = one.Began is { } reason ? $"  {reason}" : "";
        string loaded = one.Loaded is { } checkpoint ? string.Create(CultureInfo.InvariantCulture, $", lines 1 to {one.LoadedSeq:N0} from {checkpoint}") : "";
        string parent = one.Parent is { } above ? $", follows {above.Id}" : "";
        string size = ByteSize.Format(one.JournalBytes);
        screen.Prose(
            $"{started}  {count,15}  {size,10}  {Styled.Strong(one.Id ?? "(no id)")}{name}  {state}{began}{loaded}{parent}{damage}; {one.Verdict?.Value ?? "unknown"}", Margin);
    }
}
