using System.CommandLine;

namespace Steno.Commands;

/// <summary><c>steno checkpoint …</c>: a session as it was at a moment.</summary>
internal static class CheckpointCommand
{
    /// <summary>One checkpoint of those that there are.</summary>
    public static Argument<string> Which() =>
        new("ID|LABEL") { Description = "A checkpoint's id (its beginning is enough), or its label" };

    public static Option<bool> Json() => new("--json") { Description = "As JSON, for scripts (docs/cli.md)" };

    public static Command Create(VerbContext context) => YesOption.AcceptedByAll(new Verb(
        "checkpoint", "Make, list, show, load, export and delete checkpoints: the session as it was at a moment",
        "steno checkpoint create --label before-refactoring", "steno checkpoint list", "steno checkpoint show before-refactoring")
    {
        CheckpointCreateCommand.Create(context),
        CheckpointListCommand.Create(context),
        CheckpointShowCommand.Create(context),
        CheckpointLoadCommand.Create(context),
        CheckpointExportCommand.Create(context),
        CheckpointDeleteCommand.Create(context),
    });
}
