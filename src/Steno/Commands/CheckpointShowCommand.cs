using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Steno.Configuration;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Terminal;
using Steno.Views;

namespace Steno.Commands;

/// <summary><c>steno checkpoint show ID|LABEL</c>: what a checkpoint holds, and where it comes from.</summary>
internal static class CheckpointShowCommand
{
    public static Command Create(VerbContext context)
    {
        var verb = new Verb("show", "Show what a checkpoint holds, its lineage, and whether all is in it",
            "steno checkpoint show before-refactoring", "steno checkpoint show 20251130T100000Z_4711 --json");
        Argument<string> which = CheckpointCommand.Which();
        var settings = new SettingOptions(verb, SettingKey.Logs);
        Option<bool> json = CheckpointCommand.Json();
        verb.Add(which);
        verb.Add(json);
        verb.SetAction(parsed =>
        {
            LogDirectory logs = new(settings.Read(parsed, context).Logs);
            LogsOfVerb.Require(logs);
            ShownCheckpointAnswer answer = Look(logs, parsed.GetRequiredValue(which));
            if (parsed.GetValue(json))
                context.Output.Verbatim(JsonSerializer.Serialize(answer, CommandJson.Default.ShownCheckpointAnswer));
            else Print(answer, context.Output, context.Time);
            return ExitCodes.Done;
        });
        return verb;
    }

    private static ShownCheckpointAnswer Look(LogDirectory logs, string which)
    {
        CheckpointManifest manifest = CheckpointCatalogue.Find(logs, which);
        (int segments, long bytes) = CheckpointCatalogue.Measure(logs, manifest);
        return new ShownCheckpointAnswer(
            1, CheckpointAnswer.From(manifest, logs), segments, bytes, SessionAncestor.Of(manifest, logs));
    }

    private static void Print(ShownCheckpointAnswer answer, Screen screen, TimeProvider time)
    {
        CheckpointAnswer one = answer.Checkpoint;
        screen.Line($"{Styled.Strong(one.Id)}");
        Row(screen, "label", one.Label ?? "(none)");
        DateTimeOffset local = TimeZoneInfo.ConvertTime(one.Created, time.LocalTimeZone);
        Row(screen, "made", $"{local.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture)} ({one.Reason})");
        Row(screen, "holds", string.Create(CultureInfo.InvariantCulture,
            $"{Counted.Lines(one.MessageCount)} ({one.FirstSeq} to {one.LastSeq}), {ByteSize.Format(one.SizeBytes)}; ")
            + $"{ByteSize.Format(answer.StoredBytes)} in {answer.Segments} {(answer.Segments == 1 ? "segment" : "segments")}");
        Row(screen, "agents", one.Agents.Count == 0 ? "(none has spoken)" : string.Join(", ", one.Agents));
        Row(screen, "complete?", one.Verdict is { } verdict ? $"{verdict.Value}: {verdict.Reason}" : "unknown: nobody could say");
        Row(screen, "session", string.Create(CultureInfo.InvariantCulture,
            $"{one.SessionName ?? one.Session}, began {TimeZoneInfo.ConvertTime(one.SessionStarted, time.LocalTimeZone):yyyy-MM-dd HH:mm:ss}"));
        foreach (SessionAncestor above in answer.Lineage)
        {
            Row(screen, "follows", string.Create(CultureInfo.InvariantCulture,
                $"{above.Id}, which ended at its line {above.Seq:N0}{(above.Sealed is null ? "" : $" ({above.Sealed})")}"));
        }

        if (one.Told?.WorkingDirectory is { } directory) Row(screen, "made in", directory);
        if (one.Told is { GitCommit: { } commit } told) Row(screen, "git", $"{told.GitBranch ?? "(no branch)"} at {commit}");
        Row(screen, "head", one.HeadHash);
    }

    private static void Row(Screen screen, string label, string value) => screen.Prose($"  {label,-10} {value}", 13);
}
