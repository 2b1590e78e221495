using System.CommandLine;
using Steno.Configuration;
using Steno.Core;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Views;

namespace Steno.Commands;

/// <summary><c>steno checkpoint export ID|LABEL</c>: in the shape of the earlier Python system.</summary>
internal static class CheckpointExportCommand
{
    public static Command Create(VerbContext context)
    {
        var verb = new Verb("export", "Write a checkpoint as one JSON object, in the shape of the earlier Python system",
            "steno checkpoint export before-refactoring > checkpoint.json");
        Argument<string> which = CheckpointCommand.Which();
        var settings = new SettingOptions(verb, SettingKey.Logs);
        // There is no other form: accepted, so that a script need not know which verbs have one.
        var json = new Option<bool>("--json") { Description = "It always is JSON" };
        verb.Add(which);
        verb.Add(json);
        verb.SetAction((parsed, _) =>
        {
            LogDirectory logs = new(settings.Read(parsed, context).Logs);
            LogsOfVerb.Require(logs);
            CheckpointManifest manifest = CheckpointCatalogue.Find(logs, parsed.GetRequiredValue(which));
            if (context.Output.IsTerminal)
                throw new StenoException(
                    "A whole checkpoint is not written to a terminal: it is long, and holds what agents sent as they sent it.",
                    "Send it to a file or a program: `steno checkpoint export … > checkpoint.json`.");
            ProgressNote note = new("export", context.Error, context.Time);
            Interruption interruption = new(context, "What was written is not whole.");
            return interruption.RunAsync(cancellation =>
            {
                new CheckpointExport(logs, manifest) { Cancellation = cancellation }.WriteTo(context.Output.Bytes, note.Tell);
                return Task.FromResult(ExitCodes.Done);
            });
        });
        return verb;
    }
}
