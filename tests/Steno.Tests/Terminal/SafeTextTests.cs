using System.Globalization;
using System.Text;
using CsCheck;
using Steno.Terminal;

namespace Steno.Tests.Terminal;

public sealed class SafeTextTests
{
    [Theory]
    [InlineData("plain text", "plain text")]
    [InlineData("Grüße, 日本, 🎉", "Grüße, 日本, 🎉")]
    [InlineData("\u001b[2J\u001b[H", "\\x1b[2J\\x1b[H")]
    [InlineData("\u001b]0;owned\u0007", "\\x1b]0;owned\\x07")]
    [InlineData("\u001b]52;c;ZXZpbA==\u001b\\", "\\x1b]52;c;ZXZpbA==\\x1b\\")]
    [InlineData("a\rb", "a\\rb")]
    [InlineData("a\nb\tc", "a\\nb\\tc")]
    [InlineData("del\u007f", "del\\x7f")]
    [InlineData("c1\u009b31m\u0085", "c1\\x9b31m\\x85")]
    [InlineData("user\u202excod.exe", "user\\u202excod.exe")]
    [InlineData("\u2066\u2067\u2068\u2069\u061c", "\\u2066\\u2067\\u2068\\u2069\\u061c")]
    [InlineData("pass\u200bword\ufeff", "pass\\u200bword\\ufeff")]
    [InlineData("line\u2028sep\u2029", "line\\u2028sep\\u2029")]
    [InlineData("tag\U000E0041", "tag\\U000e0041")]
    [InlineData("", "")]
    public void What_a_terminal_obeys_or_hides_is_shown_as_its_escape(string text, string shown) =>
        Assert.Equal(shown, SafeText.OneLine(text));

    [Fact]
    public void A_lone_surrogate_is_shown_as_its_escape()
    {
        Assert.Equal("a\\ud800b\\udc00", SafeText.OneLine("a" + '\ud800' + "b" + '\udc00'));
    }

    [Fact]
    public void Line_breaks_stay_where_lines_are_wanted_and_a_bare_carriage_return_does_not()
    {
        Assert.Equal("a\nb\n\tc\\rd", SafeText.Lines("a\r\nb\n\tc\rd"));
    }

    [Fact]
    public void Nothing_that_a_terminal_obeys_is_left_of_any_text() =>
        Gen.Char.Array[0, 60].Sample(characters =>
        {
            foreach (Rune rune in SafeText.OneLine(new string(characters)).EnumerateRunes())
                if (Rune.GetUnicodeCategory(rune) is UnicodeCategory.Control or UnicodeCategory.Format)
                    return false;
            return true;
        });

    [Theory]
    [InlineData("short", 10, "short")]
    [InlineData("exactly ten", 11, "exactly ten")]
    [InlineData("longer than that", 8, "longer …")]
    [InlineData("\u001b\u001b\u001b", 8, "\\x1b\\x1…")]
    [InlineData("ab🎉🎉", 4, "ab…")]
    public void An_excerpt_keeps_to_its_width(string text, int columns, string shown) =>
        Assert.Equal(shown, SafeText.Excerpt(text, columns));
}
