using System.Globalization;
using Steno.Configuration;
using Steno.Core.Verification;
using Steno.Terminal;

namespace Steno.Views;

/// <summary>What a verification found, for people.</summary>
internal static class VerificationScreen
{
    /// <summary>So many at most are printed; <c>--json</c> has all.</summary>
    private const int Max = 100;

    /// <param name="isRecording">A recorder runs there.</param>
    /// <param name="hint">Makes advised commands fit the command line at hand.</param>
    public static void Print(VerificationAnswer answer, bool isRecording, Screen output, Screen error, Func<string, string> hint)
    {
        foreach (FoundDamageAnswer damage in answer.Damage.Take(Max)) Print(damage, output);
        if (answer.Damage.Count > Max) output.Prose($"… and {answer.Damage.Count - Max} more: --json has them all.");
        foreach (NotedFile noted in answer.Noted.Take(Max)) output.Prose($"{Styled.Faint($"note ({noted.Kind}):")} {noted.File}: {hint(noted.What)}");
        string read = string.Create(CultureInfo.InvariantCulture,
            $"{answer.Sessions.Sum(s => s.LastSeq):N0} lines in {SessionsOf(answer)}, {Count(answer.Checkpoints, "checkpoint")}; {ByteSize.Format(answer.Bytes)} read");
        string absent = answer.SessionsAbsent == 0 ? "" : $"; {Count(answer.SessionsAbsent, "session")} that {(answer.SessionsAbsent == 1 ? "is" : "are")} named here {(answer.SessionsAbsent == 1 ? "is" : "are")} not here";
        if (answer.Intact) output.Prose($"{Styled.Good(absent == "" ? "✓ intact:" : "✓ what is here is intact:")} {read}{absent}");
        else output.Prose($"{Styled.Bad("✗ damaged:")} {Count(answer.Damage.Count, "place")}{NewOnes(answer)}; {read}{absent}");
        if (answer.Sessions.Count < answer.SessionsInAll) output.Prose($"{hint("`steno verify --all` reads the other sessions, too.")}");
        output.Flush();
        if (answer.Intact) return;
        if (answer.Damage.All(damage => damage is { Copied: false, Report: { } report } && report.EndsWith("unhealed.json", StringComparison.Ordinal)))
        {
            error.Prose($"{hint("`steno recover` has looked at all of it and found no copy. Put a backup of these files in their place, if there is one, and recover again.")}");
            return;
        }

        if (isRecording) error.Prose($"{hint("Keep a copy of the directory as it is. The recorder that runs heals its own journal within seconds, and nothing else. For the rest `steno stop` comes first; then `steno recover --dry-run` says what can be put right, `steno recover` does it, and `steno start` records again.")}");
        else error.Prose($"{hint("Keep a copy of the directory as it is. `steno recover --dry-run` says what can be put right, `steno recover` does it.")}");
    }

    internal static void Print(FoundDamageAnswer damage, Screen output)
    {
        Styled kind = damage.KnownSince is { } since
            ? Styled.Warning(string.Create(CultureInfo.InvariantCulture, $"{damage.Kind} (known since {since.ToLocalTime():yyyy-MM-dd HH:mm}):"))
            : Styled.Bad(damage.Kind + ":");
        string place = string.Create(CultureInfo.InvariantCulture, $", byte {damage.Offset}, {damage.Length} bytes");
        output.Prose($"{kind} {damage.File}{place}. {damage.Text}", 4);
        foreach (GoodCopyAnswer copy in damage.Copies)
        {
            string lines = copy.FirstSeq == copy.LastSeq ? $"line {copy.FirstSeq}" : $"lines {copy.FirstSeq} to {copy.LastSeq}";
            output.Prose($"    {Styled.Good("good copy")} of {lines}: {copy.File}", 8);
        }

        if (damage.Copies.Count == 0 && damage.Kind is "altered" or "missing" or "unverifiable" && damage.FirstSeq > 0)
            output.Prose($"    no good copy was found", 8);
        if (damage.Report is { } report) output.Prose($"    what is known of it: {report}", 8);
    }

    private static string SessionsOf(VerificationAnswer answer) => answer.Sessions.Count < answer.SessionsInAll
        ? string.Create(CultureInfo.InvariantCulture, $"{answer.Sessions.Count:N0} of {Count(answer.SessionsInAll, "session")}")
        : Count(answer.Sessions.Count, "session");

    /// <summary>What is new among what is damaged, where some of it is known.</summary>
    private static string NewOnes(VerificationAnswer answer)
    {
        int known = answer.Damage.Count(damage => damage.Known);
        return known == 0 ? ""
            : known == answer.Damage.Count ? ", known all"
            : string.Create(CultureInfo.InvariantCulture, $", {known:N0} known and {answer.Damage.Count - known:N0} new");
    }

    internal static string Count(int count, string what) =>
        string.Create(CultureInfo.InvariantCulture, $"{count:N0} {what}{(count == 1 ? "" : "s")}");
}
