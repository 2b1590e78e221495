using System.CommandLine;
using System.Text.Json;
using Steno.Configuration;
using Steno.Control;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Sessions;
using Steno.Processes;
using Steno.Terminal;
using Steno.Views;

namespace Steno.Commands;

/// <summary><c>steno checkpoint create</c>: asks the recorder, or does it itself where none runs.</summary>
internal static class CheckpointCreateCommand
{
    public static Command Create(VerbContext context)
    {
        var verb = new Verb("create", "Make a checkpoint of the current session now",
            "steno checkpoint create", "steno checkpoint create --label before-refactoring");
        var settings = new SettingOptions(verb, SettingKey.Logs);
        Option<string?> label = LabelOption.Create("--label", "LABEL", "A name for it");
        Option<bool> json = CheckpointCommand.Json();
        verb.Add(label);
        verb.Add(json);
        verb.SetAction((parsed, _) => RunAsync(
            settings.Read(parsed, context), parsed.GetValue(label), parsed.GetValue(json), context));
        return verb;
    }

    private static async Task<int> RunAsync(
        StenoSettings settings, string? label, bool json, VerbContext context)
    {
        LogDirectory logs = new(settings.Logs);
        LogsOfVerb.Require(logs);
        CheckpointTold told = GitWorkTree.Describe(context.WorkingDirectory);
        Interruption interruption = new(context, "No checkpoint was made.");
        return await interruption.RunAsync(async cancellation =>
        {
            CheckpointManifest made = await interruption.AskAsync(
                async () => await AskAsync(logs, label, told, context, cancellation).ConfigureAwait(false) is { } id
                    ? CheckpointCatalogue.Load(logs, id)
                    : null,
                "The recorder goes on with it: `steno checkpoint list` shows the checkpoint when it is made.",
                () => CreateAlone(logs, label, told, context, cancellation)).ConfigureAwait(false);
            return Print(made, json, logs, context);
        }).ConfigureAwait(false);
    }

    private static int Print(CheckpointManifest made, bool json, LogDirectory logs, VerbContext context)
    {
        if (json)
        {
            var answer = new CheckpointListAnswer(1, [CheckpointAnswer.From(made, logs)], [], []);
            context.Output.Verbatim(JsonSerializer.Serialize(answer, CommandJson.Default.CheckpointListAnswer));
            return ExitCodes.Done;
        }

        string size = ByteSize.Format(made.SizeBytes);
        context.Output.Prose(
            $"{Styled.Good("✓")} Checkpoint {Styled.Strong(made.Id!)}: {Counted.Lines(made.MessageCount)}, {size}, up to line {made.LastSeq:N0}.");
        return ExitCodes.Done;
    }

    /// <summary>Null: no recorder runs.</summary>
    private static async Task<string?> AskAsync(
        LogDirectory logs, string? label, CheckpointTold told, VerbContext context, CancellationToken cancellation)
    {
        using var client = new CheckpointClient(logs.Root);
        CheckpointOrder order = new() { Label = label, Told = told };
        return (await ProgressNote.WhileAsync(logs.Root, context, () => client.CreateAsync(order, cancellation)).ConfigureAwait(false))?.Id;
    }

    private static CheckpointManifest CreateAlone(
        LogDirectory logs, string? label, CheckpointTold told, VerbContext context, CancellationToken cancellation)
    {
        using StoppedCheckpoints stopped = new(logs, context.Time);
        ProgressNote note = new("checkpoint", context.Error, context.Time);
        CheckpointManifest made = stopped.Create(CheckpointReason.Manual, label, told, note.Tell, cancellation);
        if (stopped.Remark is { } remark) context.Error.Prose($"{Styled.Warning("warning:")} {context.Hints.In(remark)}");
        return made;
    }
}
