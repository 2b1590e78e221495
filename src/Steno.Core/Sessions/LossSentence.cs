using System.Globalization;

namespace Steno.Core.Sessions;

/// <summary>What is lost, in a sentence, as verdicts and whoever ends a recorder say it.</summary>
public static class LossSentence
{
    private const int NamedRanges = 5;

    /// <summary>Messages that were received and could not be recorded; empty for 0.</summary>
    public static string OfUnrecorded(long messages) => messages switch
    {
        0 => "",
        1 => "1 message was received and not recorded.",
        _ => string.Create(CultureInfo.InvariantCulture, $"{messages:N0} messages were received and not recorded."),
    };

    /// <summary>Which lines of a journal are lost, or not as written; empty where nothing of it is a loss.</summary>
    public static string Of(IReadOnlyList<KnownDamage> known)
    {
        List<KnownDamage> losses = [.. known.Where(damage => damage.IsLoss)];
        if (losses.Count == 0) return "";
        List<KnownDamage> nowhere = [.. losses.Where(damage => !damage.IsPlace)];
        if (nowhere.Count > 0)
        {
            string others = Of([.. losses.Where(damage => damage.IsPlace)]);
            return string.Join(' ', nowhere.Select(lost => lost.Description).Append(others).Where(text => text.Length > 0));
        }

        IEnumerable<string> named = losses.Take(NamedRanges).Select(d => (d.FirstSeq == d.LastSeq
            ? string.Create(CultureInfo.InvariantCulture, $"line {d.FirstSeq}")
            : string.Create(CultureInfo.InvariantCulture, $"lines {d.FirstSeq} to {d.LastSeq}"))
            + (d.Session is { } session ? $" of session {session}" : ""));
        string more = losses.Count > NamedRanges ? $" and {losses.Count - NamedRanges} ranges more" : "";
        string text = string.Join(", ", named) + more;
        return string.Concat(text[..1].ToUpperInvariant(), text.AsSpan(1), " lost, or not as written.");
    }
}
