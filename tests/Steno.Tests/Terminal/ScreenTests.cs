using Steno.Terminal;

namespace Steno.Tests.Terminal;

public sealed class ScreenTests
{
    private const string Nasty = "\u001b[31mfake\r\n✓ recording";

    [Fact]
    public void Holes_of_a_line_are_escaped_and_literals_are_not()
    {
        (Screen screen, StringWriter written) = Make(colours: false);

        screen.Line($"\tagent {Nasty} said {Styled.Bad(Nasty)} at {1234.5}");

        Assert.Equal("\tagent \\x1b[31mfake\\r\\n✓ recording said \\x1b[31mfake\\r\\n✓ recording at 1234.5\n",
            written.ToString());
    }

    [Fact]
    public void Colours_wrap_the_escaped_text()
    {
        (Screen screen, StringWriter written) = Make(colours: true);

        screen.Line($"{Styled.Good("ok\u001b[0m"),-10}|");

        Assert.Equal("\u001b[32mok\\x1b[0m \u001b[0m|\n", written.ToString());
    }

    [Fact]
    public void Every_line_of_a_foreign_text_stands_behind_the_margin()
    {
        (Screen screen, StringWriter written) = Make(colours: false);

        screen.Lines("first\nsteno: recording stopped\u001b[2J", "  | ");

        Assert.Equal("  | first\n  | steno: recording stopped\\x1b[2J\n", written.ToString());
    }

    [Theory]
    [InlineData(null, "xterm-256color", true)]
    [InlineData("", "xterm", true)]
    [InlineData("1", "xterm", false)]
    [InlineData(null, "dumb", false)]
    [InlineData(null, null, false)]
    public void Colours_are_wanted_unless_NO_COLOR_or_the_terminal_says_no(string? noColor, string? term, bool wanted) =>
        Assert.Equal(wanted, TerminalColours.Wanted(name => name == "NO_COLOR" ? noColor : term));

    private static (Screen Screen, StringWriter Written) Make(bool colours)
    {
        var written = new StringWriter { NewLine = "\n" };
        return (new Screen(written, colours), written);
    }
}
