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
        if (losses.Find(damage => damage.IsLostSession) is { } lost)
        {
            string others = Of([.. losses.Where(damage => !damage.IsLostSession)]);
            return others.Length == 0 ? lost.Description : $"{lost.Description} {others}";
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
