using System.Globalization;
using Steno.Core.Verification;
using Steno.Terminal;

namespace Steno.Views;

/// <summary>What a recovery did, or would do, for people.</summary>
internal static class RecoveryScreen
{
    /// <summary>So many at most are printed; <c>--json</c> has all.</summary>
    private const int Max = 100;

    /// <param name="hint">Makes advised commands fit the command line at hand.</param>
    public static void Print(RecoveryAnswer answer, Screen output, Screen error, Func<string, string> hint)
    {
        foreach (RecoveryActionAnswer action in answer.Done.Take(Max)) Print(action, answer.DryRun, output);
        if (answer.Done.Count > Max) output.Prose($"… and {answer.Done.Count - Max} more: --json has them all.");
        foreach (FoundDamageAnswer damage in answer.Unhealed.Take(Max)) VerificationScreen.Print(damage, output);
        if (answer.Unhealed.Count > Max) output.Prose($"… and {answer.Unhealed.Count - Max} more: --json has them all.");
        Conclude(answer, output, error, hint);
    }

    private static void Print(RecoveryActionAnswer action, bool isDryRun, Screen output)
    {
        string lines = action.FirstSeq is not { } first ? ""
            : string.Create(CultureInfo.InvariantCulture, $", {DamageText.LinesOf(first, action.LastSeq!.Value).ToLowerInvariant()}");
        output.Prose($"{Styled.Good(isDryRun ? "would be put right:" : "put right:")} {action.File}{lines}. {action.Text}", 4);
        foreach (string copy in action.Copies) output.Prose($"    from {copy}", 8);
        if (action.Quarantined is { } kept) output.Prose($"    what stood there is kept: {kept}", 8);
    }

    private static void Conclude(RecoveryAnswer answer, Screen output, Screen error, Func<string, string> hint)
    {
        int lost = answer.Unhealed.Count;
        if (answer.Whole && answer.Done.Count == 0) output.Prose($"{Styled.Good("✓ intact:")} there is nothing to recover.");
        else if (answer.Whole) output.Prose($"{Styled.Good("✓ whole:")} {(answer.DryRun ? "that would put everything right" : "everything that is known to have been recorded is there")}.");
        else if (lost == 0) output.Prose($"{Styled.Warning("not known:")} what else is to be done shows when all can be read.");
        else output.Prose($"{Styled.Bad("✗ not whole:")} {VerificationScreen.Count(lost, "place")} that no copy heals: nothing was taken from there, and reading goes on past it.");
        output.Flush();
        if (answer.DryRun && answer.Done.Count > 0) error.Prose($"{hint("Nothing was changed. `steno recover` does it.")}");
        else if (!answer.Whole) error.Prose($"Put a backup of these files in their place, if there is one, and recover again.");
    }
}
