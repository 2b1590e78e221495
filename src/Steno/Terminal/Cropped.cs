using System.Text;

namespace Steno.Terminal;

/// <summary>A line that was made for a terminal, cut to its width.</summary>
internal static class Cropped
{
    private const char Escape = '\e';
    private const string Ordinary = "\e[0m";

    /// <param name="line">Escaped already; colours (SGR sequences) in it take no room.</param>
    /// <param name="columns">At most; an ellipsis tells of a cut.</param>
    public static string Line(string line, int columns)
    {
        int used = 0;
        int fits = 0; // so much of the line leaves room for the ellipsis
        bool isColoured = false;
        for (int at = 0; at < line.Length;)
        {
            if (line[at] == Escape)
            {
                isColoured = true;
                at = line.IndexOf('m', at) + 1;
                continue;
            }

            if (Rune.DecodeFromUtf16(line.AsSpan(at), out Rune rune, out int length) != System.Buffers.OperationStatus.Done)
                throw new ArgumentException("A lone surrogate was not escaped.", nameof(line));
            used += RuneColumns.Of(rune);
            if (used > columns) return string.Concat(line.AsSpan(0, fits), "…", isColoured ? Ordinary : "");
            at += length;
            if (used < columns) fits = at;
        }

        return line;
    }
}
