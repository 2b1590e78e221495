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
        if (columns is not { } width) return [safe];

        var lines = new List<string>();
        var line = new StringBuilder();
        int used = 0;
        int room = Math.Max(ColumnsMin, width - firstMargin);
        foreach (string word in safe.Split(' '))
        {
            int wide = SafeText.ColumnsOf(word);
            if (line.Length > 0 && used + 1 + wide > room)
            {
                lines.Add(line.ToString());
                line.Clear();
                used = 0;
                room = Math.Max(ColumnsMin, width - margin);
            }

            if (line.Length > 0)
            {
                line.Append(' ');
                used++;
            }

            line.Append(word);
            used += wide;
        }

        lines.Add(line.ToString());
        return lines;
    }
}
