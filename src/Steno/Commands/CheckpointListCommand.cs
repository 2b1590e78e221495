using System.CommandLine;
using System.Text.Json;
using Steno.Configuration;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Terminal;
using Steno.Views;

namespace Steno.Commands;

/// <summary><c>steno checkpoint list</c>: reads the manifests; no recorder needs to run.</summary>
internal static class CheckpointListCommand
{
    private const int AgentColumns = 40;
    private const int TimeColumns = 19;

    /// <summary>Before what does not fit on a checkpoint's first line.</summary>
    private const int Margin = 4;

    public static Command Create(VerbContext context)
    {
        var verb = new Verb("list", "List the checkpoints, newest first",
            "steno checkpoint list", "steno checkpoint list --json | jq '.checkpoints[].id'");
        var settings = new SettingOptions(verb, SettingKey.Logs);
        Option<bool> json = CheckpointCommand.Json();
        verb.Add(json);
        verb.SetAction(parsed => Run(settings.Read(parsed, context), parsed.GetValue(json), context));
        return verb;
    }

    private static int Run(StenoSettings settings, bool json, VerbContext context)
    {
        LogDirectory logs = new(settings.Logs);
        LogsOfVerb.Require(logs);
        List<DamagedCheckpoint> damaged = [];
        List<CheckpointManifest> found =
            [.. CheckpointCatalogue.All(logs, (id, e) => damaged.Add(new DamagedCheckpoint(id, e.Sentences))).NewestFirst()];
        IReadOnlyList<EarlierCheckpoint> earlier = EarlierCheckpoint.All(logs);
        if (json)
        {
            var answer = new CheckpointListAnswer(
                1, [.. found.Select(one => CheckpointAnswer.From(one, logs))], damaged, [.. earlier.Select(EarlierCheckpointAnswer.From)]);
            context.Output.Verbatim(JsonSerializer.Serialize(answer, CommandJson.Default.CheckpointListAnswer));
        }
        else
        {
            if (found.Count > 0 && context.Output.IsTerminal) PrintHeading(context.Output);
            foreach (CheckpointManifest one in found) PrintLine(one, context.Output, context.Time);
            foreach (EarlierCheckpoint one in earlier) PrintEarlier(one, context.Output);
            context.Output.Flush();
            if (found.Count + damaged.Count + earlier.Count == 0)
                context.Error.Prose($"{context.Hints.In("There is no checkpoint yet: `steno checkpoint create` makes one.")}");
            foreach (DamagedCheckpoint one in damaged) context.Error.Prose($"{Styled.Warning("damaged:")} {one.Problem}");
        }

        return damaged.Count == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    /// <summary>On a terminal only: scripts that read lines meet checkpoints.</summary>
    private static void PrintHeading(Screen screen) => screen.Prose(
        $"{Styled.Faint($"{"made",-19}  {"holds",15}  {"size",10}  label or (reason)  id  agents")}", Margin);

    private static void PrintEarlier(EarlierCheckpoint one, Screen screen)
    {
        string time = SafeText.Excerpt(one.Timestamp ?? "(not known when)", TimeColumns);
        string count = one.MessageCount is { } messages ? Counted.Lines(messages) : "? lines";
        string label = SafeText.Excerpt(one.Label ?? one.Id ?? "(no label)", AgentColumns);
        screen.Prose($"{time,-19}  {count,15}  {"",10}  {Styled.Strong(label)}  {Styled.Faint(one.Name)}  (of the earlier system)", Margin);
    }

    private static void PrintLine(CheckpointManifest one, Screen screen, TimeProvider time)
    {
        DateTimeOffset local = TimeZoneInfo.ConvertTime(one.Created, time.LocalTimeZone);
        string agents = SafeText.Excerpt(string.Join(", ", one.Agents), AgentColumns);
        string count = Counted.Lines(one.MessageCount);
        string size = ByteSize.Format(one.SizeBytes);
        Styled name = Styled.Strong(one.Label ?? $"({one.Reason})");
        screen.Prose($"{local:yyyy-MM-dd HH:mm:ss}  {count,15}  {size,10}  {name}  {Styled.Faint(one.Id!)}  {agents}", Margin);
    }
}
