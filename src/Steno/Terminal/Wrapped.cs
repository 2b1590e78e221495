using System.Text;

namespace Steno.Terminal;

/// <summary>Text broken into lines between words, for a terminal.</summary>
internal static class Wrapped
{
    /// <summary>Narrower than this, breaking makes it worse.</summary>
    private const int ColumnsMin = 24;

    /// <summary>
    /// The lines, one at least, escaped; a word that is longer than a line (a path to copy) stays whole.
    /// </summary>
    /// <param name="text">Foreign text may be in it.</param>
    /// <param name="columns">The terminal's; null for one line.</param>
    /// <param name="firstMargin">Columns taken before the first line.</param>
    /// <param name="margin">Columns taken before each further line.</param>
    public static IReadOnlyList<string> Lines(string text, int? columns, int firstMargin, int margin)
    {
        string safe = SafeText.OneLine(text);
        return columns is { } width ? Break(safe, width - firstMargin, width - margin) : [safe];
    }

    /// <summary>A line that is safe already and may have its colours; what stands before its first word stays.</summary>
    /// <inheritdoc cref="Lines"/>
    public static IReadOnlyList<string> SafeLines(string line, int? columns, int margin)
    {
        if (columns is not { } width) return [line];
        List<string> lines = Break(line, width, width - margin);
        return [lines[0], .. lines.Skip(1).Select(more => new string(' ', margin) + more)];
    }

    private static List<string> Break(string safe, int firstRoom, int room)
    {
        var lines = new List<string>();
        string text = safe.TrimStart(' ');
        var line = new StringBuilder().Append(' ', safe.Length - text.Length);
        int used = line.Length;
        int left = Math.Max(ColumnsMin, firstRoom);
        bool isFirst = true;
        foreach (string word in Words(text))
        {
            int wide = ColumnsOf(word);
            if (!isFirst && used + 1 + wide > left)
            {
                lines.Add(line.ToString());
                line.Clear();
                used = 0;
                left = Math.Max(ColumnsMin, room);
                isFirst = true;
            }

            if (!isFirst)
            {
                line.Append(' ');
                used++;
            }

            line.Append(word);
            used += wide;
            isFirst = false;
        }

        lines.Add(line.ToString());
        return lines;
    }

    /// <summary>A command in backticks is one word: it is there to be copied.</summary>
    private static IEnumerable<string> Words(string text)
    {
        string command = "";
        foreach (string word in text.Split(' '))
        {
            string whole = command.Length == 0 ? word : $"{command} {word}";
            bool isOpen = whole.Count(character => character == '`') % 2 == 1;
            command = isOpen ? whole : "";
            if (!isOpen) yield return whole;
        }

        foreach (string word in command.Split(' ', StringSplitOptions.RemoveEmptyEntries)) yield return word;
    }

    /// <summary>Our own colours take none.</summary>
    private static int ColumnsOf(string word)
    {
        int columns = 0;
        while (word.IndexOf("\e[", StringComparison.Ordinal) is >= 0 and var start && word.IndexOf('m', start) is > 0 and var end)
        {
            columns += SafeText.ColumnsOf(word[..start]);
            word = word[(end + 1)..];
        }

        return columns + SafeText.ColumnsOf(word);
    }
}
