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

    [Fact]
    public void Sentences_break_between_words_on_a_terminal_and_a_command_stays_whole()
    {
        (Screen screen, StringWriter written) = Make(colours: true, columns: 40);

        screen.Prose($"  damaged   {Styled.Warning("line 3 of the journal was altered.")} Use `steno recover --dry-run` first.", 12);

        Assert.Equal(
            "  damaged   \u001b[33mline 3 of the journal was\n            altered.\u001b[0m Use\n"
            + "            `steno recover --dry-run`\n            first.\n",
            written.ToString());
    }

    [Theory]
    [InlineData("an odd ` backtick takes no word away and breaks as the others do",
        "an odd ` backtick takes no word away and\n  breaks as the others do\n")]
    [InlineData("/a/path/to/copy/that/is/longer/than/the/line/is wide",
        "/a/path/to/copy/that/is/longer/than/the/line/is\n  wide\n")]
    public void No_word_of_a_sentence_is_lost_or_cut(string text, string shown)
    {
        (Screen screen, StringWriter written) = Make(colours: false, columns: 40);
        screen.Prose($"{text}");
        Assert.Equal(shown, written.ToString());

        (Screen file, StringWriter whole) = Make(colours: false);
        file.Prose($"{text}");
        Assert.Equal(text + "\n", whole.ToString());
    }

    [Theory]
    [InlineData(null, "xterm-256color", true)]
    [InlineData("", "xterm", true)]
    [InlineData("1", "xterm", false)]
    [InlineData(null, "dumb", false)]
    [InlineData(null, null, false)]
    public void Colours_are_wanted_unless_NO_COLOR_or_the_terminal_says_no(string? noColor, string? term, bool wanted) =>
        Assert.Equal(wanted, TerminalColours.Wanted(name => name == "NO_COLOR" ? noColor : term));

    private static (Screen Screen, StringWriter Written) Make(bool colours, int? columns = null)
    {
        var written = new StringWriter { NewLine = "\n" };
        return (new Screen(written, colours, columns), written);
    }
}
