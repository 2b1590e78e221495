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
        verb.SetAction((parsed, cancellation) => RunAsync(
            settings.Read(parsed, context), parsed.GetValue(label), parsed.GetValue(json), context, cancellation));
        return verb;
    }

    private static async Task<int> RunAsync(
        StenoSettings settings, string? label, bool json, VerbContext context, CancellationToken cancellation)
    {
        LogDirectory logs = new(settings.Logs);
        LogsOfVerb.Require(logs);
        CheckpointTold told = GitWorkTree.Describe(context.WorkingDirectory);
        string? id = await AskAsync(logs, label, told, context, cancellation).ConfigureAwait(false);
        CheckpointManifest made = id is not null
            ? CheckpointCatalogue.Load(logs, id)
            : CreateAlone(logs, label, told, context, cancellation);
        if (json)
        {
            var answer = new CheckpointListAnswer(1, [CheckpointAnswer.From(made, logs)], [], []);
            context.Output.Verbatim(JsonSerializer.Serialize(answer, CommandJson.Default.CheckpointListAnswer));
            return ExitCodes.Done;
        }

        string size = ByteSize.Format(made.SizeBytes);
        context.Output.Line(
            $"{Styled.Good("✓")} Checkpoint {Styled.Strong(made.Id!)}: {made.MessageCount:N0} lines, {size}, up to line {made.LastSeq:N0}.");
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
        if (stopped.Remark is { } remark) context.Error.Line($"{Styled.Warning("warning:")} {context.Hints.In(remark)}");
        return made;
    }
}
