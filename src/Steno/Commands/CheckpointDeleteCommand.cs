using System.CommandLine;
using System.Text.Json;
using Steno.Configuration;
using Steno.Control;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;
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
        Option<bool> yes = YesOption.Create();
        Option<bool> json = CheckpointCommand.Json();
        verb.Add(which);
        verb.Add(yes);
        verb.Add(json);
        verb.SetAction((parsed, _) => RunAsync(
            settings.Read(parsed, context), parsed.GetRequiredValue(which), parsed.GetValue(yes), parsed.GetValue(json), context));
        return verb;
    }

    private static async Task<int> RunAsync(
        StenoSettings settings, string which, bool yes, bool json, VerbContext context)
    {
        LogDirectory logs = new(settings.Logs);
        LogsOfVerb.Require(logs);
        string id = CheckpointCatalogue.FindId(logs, which);
        bool isDamaged = IsDamaged(logs, id, out string question);
        if (!yes && !Confirmation.Ask(context, "Deleting a checkpoint", question))
        {
            context.Error.Prose($"Nothing was deleted: the checkpoint is still there.");
            return ExitCodes.Failed;
        }

        using var client = new CheckpointClient(logs.Root);
        Interruption interruption = new(context, "Nothing was deleted.");
        return await interruption.RunAsync(async cancellation =>
        {
            CollectedSegments collected = await interruption.AskAsync(
                () => ProgressNote.WhileAsync(logs.Root, context, () => client.DeleteAsync(id, cancellation)),
                "The recorder goes on with it: `steno checkpoint list` shows whether the checkpoint is still there.",
                () => DeleteAlone(logs, id, context, cancellation)).ConfigureAwait(false);
            return Print(id, isDamaged, collected, json, context);
        }).ConfigureAwait(false);
    }

    private static bool IsDamaged(LogDirectory logs, string id, out string question)
    {
        try
        {
            question = $"Delete checkpoint {id} ({Counted.Lines(CheckpointCatalogue.Load(logs, id).MessageCount)})?";
            return false;
        }
        catch (JournalDamagedException)
        {
            question = $"Checkpoint {id} is damaged, and cannot be loaded. Move it to quarantine?";
            return true;
        }
    }

    private static int Print(string id, bool isDamaged, CollectedSegments collected, bool json, VerbContext context)
    {
        if (json)
        {
            var answer = new DeletedCheckpointAnswer(1, id, collected.Files, collected.Bytes, collected.Problem);
            context.Output.Verbatim(JsonSerializer.Serialize(answer, CommandJson.Default.DeletedCheckpointAnswer));
            return ExitCodes.Done;
        }

        string more = isDamaged ? $": it was damaged, and its file is in quarantine. Of its segments {ByteSize.Format(collected.Bytes)} were removed, of which a journal has every line"
            : collected is { Bytes: 0, Problem: null } ? "; others need its segments"
            : collected.Problem is not null ? "" : $", and {ByteSize.Format(collected.Bytes)} of segments that no other needs";
        context.Output.Prose($"{Styled.Good("✓")} Checkpoint {id} is deleted{more}.");
        if (collected.Problem is { } problem)
        {
            context.Error.Prose(
                $"{Styled.Warning("warning:")} no segments were removed, for it is not known which are needed: {problem}");
        }

        return ExitCodes.Done;
    }

    private static CollectedSegments DeleteAlone(LogDirectory logs, string id, VerbContext context, CancellationToken cancellation)
    {
        using StoppedCheckpoints stopped = new(logs, context.Time);
        return stopped.Delete(id, new ProgressNote("delete", context.Error, context.Time).Tell, cancellation);
    }
}
