namespace Steno.Core.Sessions;

/// <summary>
/// What is still known of a session's completeness when its journal was looked at, or healed, and nothing was heard
/// meanwhile: that numbers did not arrive, or messages were cut short, no healing changes.
/// </summary>
internal static class VerdictAfterHealing
{
    private const string Incomplete = "incomplete";
    private const string Unknown = "unknown";

    /// <param name="before">Null: it was not judged.</param>
    /// <param name="knownBefore">The damage that was known when it was judged.</param>
    /// <param name="knownNow">What stays damaged.</param>
    /// <param name="seq">The last line of the journal, for a verdict that is new.</param>
    public static SessionVerdict? Of(
        SessionVerdict? before, IReadOnlyList<KnownDamage> knownBefore, IReadOnlyList<KnownDamage> knownNow, long seq, DateTimeOffset now)
    {
        string losses = LossSentence.Of(knownNow);
        string others = before?.Value == Incomplete ? Others(before.Reason, LossSentence.Of(knownBefore)) : "";
        string reason = string.Join(' ', new[] { losses, others }.Where(text => text.Length > 0));
        if (reason.Length == 0 && before is not { Value: Unknown } && knownNow.FirstOrDefault(damage => damage.IsUnknownEnd) is { } open)
            return new SessionVerdict(Unknown, open.Description, Math.Max(seq, before?.Seq ?? 0), now);
        if (reason.Length == 0)
        {
            return before?.Value == Incomplete
                ? before with { Value = Unknown, Reason = "What was lost was healed. Whether all else is here was not judged since." }
                : before;
        }

        return before is { Value: Incomplete } same && same.Reason == reason
            ? same
            : new SessionVerdict(Incomplete, reason, Math.Max(seq, before?.Seq ?? 0), now);
    }

    /// <summary>What speaks against it besides damage.</summary>
    private static string Others(string reason, string losses) =>
        losses.Length > 0 && reason.StartsWith(losses, StringComparison.Ordinal) ? reason[losses.Length..].TrimStart() : reason;
}
