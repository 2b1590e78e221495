using System.Globalization;
using Steno.Core.Sessions;

namespace Steno.Recorder;

/// <summary>Is everything here that was said? Three-valued, and never a guess.</summary>
/// <param name="Value"><c>incomplete</c> or <c>unknown</c>; <c>complete</c> takes publishers that number
/// their messages.</param>
/// <param name="Reason">Why, in plain words.</param>
internal readonly record struct Verdict(string Value, string Reason)
{
    private const int NamedRanges = 5;

    /// <param name="damage">What is known to be wrong with the journal.</param>
    /// <param name="lost">Messages that were received and could not be recorded.</param>
    /// <param name="check">How far the journal is read.</param>
    /// <param name="interrupted">Coverage began late, was interrupted, or reading stalled; null if
    /// not.</param>
    public static Verdict Of(IReadOnlyList<KnownDamage> damage, long lost, JournalCheck check, string? interrupted)
    {
        List<KnownDamage> losses = [.. damage.Where(d => d.IsLoss)];
        if (losses.Count > 0) return new Verdict("incomplete", $"{Ranges(losses)} lost, or not as written.");
        if (lost > 0)
            return new Verdict("incomplete", string.Create(CultureInfo.InvariantCulture, $"{lost:N0} {(lost == 1 ? "message was" : "messages were")} received and not recorded."));
        if (check.Problem is { } problem)
            return new Verdict("unknown", $"The older part of the journal cannot be checked: {problem}");
        if (check.UncheckedBytes is var bytes and > 0)
            return new Verdict("unknown", string.Create(CultureInfo.InvariantCulture,
                $"The older part of the journal is still being checked: {bytes:N0} bytes are left."));
        return new Verdict("unknown", interrupted ?? "Publishers do not number their messages, so a loss on the way would not show.");
    }

    private static string Ranges(List<KnownDamage> losses)
    {
        IEnumerable<string> named = losses.Take(NamedRanges).Select(d => (d.FirstSeq == d.LastSeq
            ? string.Create(CultureInfo.InvariantCulture, $"line {d.FirstSeq}")
            : string.Create(CultureInfo.InvariantCulture, $"lines {d.FirstSeq} to {d.LastSeq}"))
            + (d.Session is { } session ? $" of session {session}" : ""));
        string more = losses.Count > NamedRanges ? $" and {losses.Count - NamedRanges} ranges more" : "";
        string text = string.Join(", ", named) + more;
        return string.Concat(text[..1].ToUpperInvariant(), text.AsSpan(1));
    }
}
