using Steno.Core.Files;
using Steno.Core.Restoration;
using Steno.Core.Verification;

namespace Steno.Views;

/// <summary>The JSON of <c>recover</c>; documented in <c>docs/cli.md</c>.</summary>
/// <param name="Whole">Everything that was recorded is there, or would be.</param>
/// <param name="Done">Of a dry run what would be done.</param>
internal sealed record RecoveryAnswer(
    int SchemaVersion, bool Whole, bool DryRun, string Logs, long ElapsedMs, IReadOnlyList<RecoveryActionAnswer> Done,
    IReadOnlyList<FoundDamageAnswer> Unhealed)
{
    public static RecoveryAnswer From(RecoveryOutcome outcome, LogDirectory logs, bool dryRun, TimeSpan elapsed) => new(
        1, outcome.IsWhole, dryRun, logs.Root, (long)elapsed.TotalMilliseconds,
        [.. outcome.Actions.Select(RecoveryActionAnswer.From)], [.. outcome.Unhealed.Select(FoundDamageAnswer.From)]);
}

/// <param name="FirstSeq">Null where no line is concerned, or all of the file are.</param>
internal sealed record RecoveryActionAnswer(
    string File, string Role, string Text, long? FirstSeq, long? LastSeq, IReadOnlyList<string> Copies, string? Quarantined)
{
    public static RecoveryActionAnswer From(RecoveryAction one) => new(
        one.File, RoleName.Of(one.Role), one.What, one.FirstSeq > 0 ? one.FirstSeq : null,
        one.FirstSeq > 0 ? one.LastSeq : null, one.Copies, one.Quarantined);
}
