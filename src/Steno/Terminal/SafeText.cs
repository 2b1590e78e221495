using System.Globalization;
using System.Text;

namespace Steno.Terminal;

/// <summary>
/// Text from agents, made safe to print. A terminal obeys what it is told: an agent's message could clear the
/// screen, fake our own lines, rename the window or fill the clipboard. So every character that a terminal
/// obeys, or that hides or reorders others, is shown as its escape (<c>\x1b</c>, <c>\u202e</c>) instead.
/// </summary>
internal static class SafeText
{
    /// <summary>Escapes everything, line breaks and tabs too: the result is one line.</summary>
    public static string OneLine(string text) => NeedsEscape(text, keepLines: false) ? Escape(text, keepLines: false) : text;

    /// <summary>
    /// Keeps line breaks and tabs. The caller indents the lines, so that none can pass for one of ours.
    /// </summary>
    public static string Lines(string text) => NeedsEscape(text, keepLines: true) ? Escape(text, keepLines: true) : text;

    /// <summary>
    /// As much of <see cref="OneLine"/> as fits into so many columns; an ellipsis tells of a cut.
    /// </summary>
    public static string Excerpt(string text, int columnsMax)
    {
        // No need to escape more than can be shown, nor to search 100 MB: few characters take no column.
        int look = Math.Min(text.Length, columnsMax * 4);
        if (look < text.Length && char.IsHighSurrogate(text[look - 1])) look--;
        string safe = OneLine(look < text.Length ? text[..look] : text);
        if (look == text.Length && ColumnsOf(safe) <= columnsMax) return safe;
        return string.Concat(safe.AsSpan(0, LengthWithin(safe, columnsMax - 1)), "…");
    }

    /// <summary>Columns that <see cref="OneLine"/> of the text takes.</summary>
    public static int ColumnsOf(string text)
    {
        int columns = 0;
        foreach (Rune rune in OneLine(text).EnumerateRunes()) columns += RuneColumns.Of(rune);
        return columns;
    }

    private static int LengthWithin(string safe, int columnsMax)
    {
        int columns = 0;
        int length = 0;
        foreach (Rune rune in safe.EnumerateRunes())
        {
            columns += RuneColumns.Of(rune);
            if (columns > columnsMax) break;
            length += rune.Utf16SequenceLength;
        }

        return length;
    }

    private static bool NeedsEscape(string text, bool keepLines)
    {
        foreach (char character in text)
            if (character is < ' ' or > '~' && !(keepLines && character is '\n' or '\t'))
                return true;
        return false;
    }

    private static string Escape(string text, bool keepLines)
    {
        var safe = new StringBuilder(text.Length + 16);
        for (int at = 0; at < text.Length;)
        {
            if (!Rune.TryGetRuneAt(text, at, out Rune rune))
            {
                AppendEscape(safe, text[at++]);
                continue;
            }

            int length = rune.Utf16SequenceLength;
            if (keepLines && rune.Value is '\n' or '\t') safe.Append((char)rune.Value);
            else if (keepLines && rune.Value is '\r' && at + 1 < text.Length && text[at + 1] is '\n') { }
            else if (IsSafe(rune)) safe.Append(text, at, length);
            else AppendEscape(safe, rune.Value);
            at += length;
        }

        return safe.ToString();
    }

    private static bool IsSafe(Rune rune) => Rune.GetUnicodeCategory(rune) switch
    {
        // C0, DEL, C1.
        UnicodeCategory.Control => false,
        // Bidirectional overrides and isolates, zero-width characters, byte-order mark, invisible tags.
        UnicodeCategory.Format => false,
        UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.Surrogate => false,
        // Selectors that no font shows: they can carry a hidden text.
        _ => rune.Value is not (>= 0xE0100 and <= 0xE01EF),
    };

    private static void AppendEscape(StringBuilder safe, int value)
    {
        switch (value)
        {
            case '\n': safe.Append("\\n"); break;
            case '\r': safe.Append("\\r"); break;
            case '\t': safe.Append("\\t"); break;
            case < 0x100: safe.Append(CultureInfo.InvariantCulture, $"\\x{value:x2}"); break;
            case < 0x10000: safe.Append(CultureInfo.InvariantCulture, $"\\u{value:x4}"); break;
            default: safe.Append(CultureInfo.InvariantCulture, $"\\U{value:x8}"); break;
        }
    }
}
