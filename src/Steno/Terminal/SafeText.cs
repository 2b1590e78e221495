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

    /// <summary>At most <paramref name="columnsMax"/> characters of <see cref="OneLine"/>; an ellipsis tells of a cut.</summary>
    public static string Excerpt(string text, int columnsMax)
    {
        // Escapes only lengthen: no need to escape more than can be shown, nor to search 100 MB.
        bool cut = text.Length > columnsMax;
        string safe = OneLine(cut ? text[..columnsMax] : text);
        if (!cut && safe.Length <= columnsMax) return safe;

        int end = Math.Min(safe.Length, columnsMax - 1);
        if (end > 0 && char.IsHighSurrogate(safe[end - 1])) end--;
        return string.Concat(safe.AsSpan(0, end), "…");
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
