using System.Globalization;

namespace Steno.Core.Sessions;

/// <summary>Which lines of a journal are lost, or not as written, in a sentence: the first of a verdict's reason.</summary>
public static class LossSentence
{
    private const int NamedRanges = 5;

    /// <summary>Empty where nothing of it is a loss.</summary>
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
