namespace Steno.Configuration;

/// <summary>What somebody who mistyped a name most likely meant.</summary>
internal static class NearestName
{
    /// <summary>Names are short; a longer text is no slip of the fingers.</summary>
    private const int LengthMax = 40;

    /// <summary>
    /// The nearest of <paramref name="names"/>, or null when none is near enough to be meant.
    /// </summary>
    public static string? To(string typed, IEnumerable<string> names)
    {
        if (typed.Length > LengthMax) return null;
        string folded = typed.ToLowerInvariant();
        string? nearest = names.MinBy(name => Distance(folded, name));
        // Two slips in a word of six, one in a word of three; a beginning is always understood.
        return nearest is not null
            && (Distance(folded, nearest) <= Math.Max(1, nearest.Length / 3)
                || (folded.Length >= 2 && nearest.StartsWith(folded, StringComparison.Ordinal)))
            ? nearest
            : null;
    }

    /// <summary>Insertions, deletions, replacements and swaps of neighbours between two words.</summary>
    private static int Distance(string a, string b)
    {
        var d = new int[a.Length + 1, b.Length + 1];
        for (int i = 0; i <= a.Length; i++) d[i, 0] = i;
        for (int j = 0; j <= b.Length; j++) d[0, j] = j;
        for (int i = 1; i <= a.Length; i++)
            for (int j = 1; j <= b.Length; j++)
            {
                int replaced = d[i - 1, j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
                d[i, j] = Math.Min(replaced, Math.Min(d[i - 1, j], d[i, j - 1]) + 1);
                if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
                    d[i, j] = Math.Min(d[i, j], d[i - 2, j - 2] + 1);
            }

        return d[a.Length, b.Length];
    }
}
