using System.CommandLine;
using System.Text.Json;
using Steno.Configuration;
using Steno.Control;
using Steno.Core;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Sessions;
using Steno.Terminal;
using Steno.Views;

namespace Steno.Commands;

/// <summary><c>steno checkpoint delete ID|LABEL</c>: asks the recorder, or does it itself where none runs.</summary>
internal static class CheckpointDeleteCommand
{
    public static Command Create(VerbContext context)
    {
        var verb = new Verb("delete", "Delete a checkpoint, and what no other needs of it; the journal stays as it is",
            "steno checkpoint delete before-refactoring", "steno checkpoint delete 20251130T100000Z_4711 --yes");
        Argument<string> which = CheckpointCommand.Which();
        var settings = new SettingOptions(verb, SettingKey.Logs);
        var yes = new Option<bool>("--yes") { Description = "Do not ask" };
        Option<bool> json = CheckpointCommand.Json();
        verb.Add(which);
        verb.Add(yes);
        verb.Add(json);
        verb.SetAction((parsed, cancellation) => RunAsync(
            settings.Read(parsed, context), parsed.GetRequiredValue(which), parsed.GetValue(yes), parsed.GetValue(json),
            context, cancellation));
        return verb;
    }

    private static async Task<int> RunAsync(
        StenoSettings settings, string which, bool yes, bool json, VerbContext context, CancellationToken cancellation)
    {
        LogDirectory logs = new(settings.Logs);
        LogsOfVerb.Require(logs);
        CheckpointManifest found = CheckpointCatalogue.Find(logs, which);
        if (!yes && !Confirmed(found, context))
        {
            context.Error.Line($"Nothing was deleted.");
            return ExitCodes.Failed;
        }

        using var client = new CheckpointClient(logs.Root);
        CollectedSegments collected = await client.DeleteAsync(found.Id!, cancellation).ConfigureAwait(false)
            ?? DeleteAlone(logs, found.Id!, context.Time);
        if (json)
        {
            var answer = new DeletedCheckpointAnswer(1, found.Id!, collected.Files, collected.Bytes, collected.Problem);
            context.Output.Verbatim(JsonSerializer.Serialize(answer, CommandJson.Default.DeletedCheckpointAnswer));
            return ExitCodes.Done;
        }

        string more = collected is { Bytes: 0, Problem: null } ? "; others need its segments"
            : collected.Problem is not null ? "" : $", and {ByteSize.Format(collected.Bytes)} of segments that no other needs";
        context.Output.Line($"{Styled.Good("✓")} Checkpoint {found.Id!} is deleted{more}.");
        if (collected.Problem is { } problem)
        {
            context.Error.Line(
                $"{Styled.Warning("warning:")} no segments were removed, for it is not known which are needed: {problem}");
        }

        return ExitCodes.Done;
    }

    private static CollectedSegments DeleteAlone(LogDirectory logs, string id, TimeProvider time)
    {
        using StoppedCheckpoints stopped = new(logs, time);
        return stopped.Delete(id);
    }

    /// <summary>Asks only where somebody can answer.</summary>
    /// <exception cref="StenoException">Nobody can.</exception>
    private static bool Confirmed(CheckpointManifest found, VerbContext context)
    {
        if (context.Ask is not { } ask)
            throw new StenoException("Deleting a checkpoint asks first, and there is no terminal to ask on.", "Say it with --yes.");
        context.Output.Flush();
        context.Error.Line($"Delete checkpoint {found.Id!} ({found.MessageCount:N0} lines)? [y/N]");
        context.Error.Flush();
        return ask()?.Trim() is { } answer
            && (answer.Equals("y", StringComparison.OrdinalIgnoreCase) || answer.Equals("yes", StringComparison.OrdinalIgnoreCase));
    }
}
