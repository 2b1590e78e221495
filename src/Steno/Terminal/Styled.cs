namespace Steno.Terminal;

/// <summary>A text and how it looks where there are colours. The text is escaped like any other.</summary>
internal readonly record struct Styled(string Text, string Sgr)
{
    public static Styled Plain(string text) => new(text, "");

    public static Styled Good(string text) => new(text, "32");

    public static Styled Bad(string text) => new(text, "1;31");

    public static Styled Warning(string text) => new(text, "33");

    public static Styled Strong(string text) => new(text, "1");

    public static Styled Faint(string text) => new(text, "2");

    public static Styled Name(string text) => new(text, "36");
}
