using Steno.Terminal;

namespace Steno.Tests.Terminal;

public sealed class CroppedTests
{
    [Theory]
    [InlineData("short", 5, "short")]
    [InlineData("longer", 5, "long…")]
    [InlineData("\e[32mgreen\e[0m", 5, "\e[32mgreen\e[0m")]
    [InlineData("\e[32mgreen\e[0m and more", 4, "\e[32mgre…\e[0m")]
    [InlineData("日本語", 6, "日本語")]
    [InlineData("日本語", 5, "日本…")]
    [InlineData("日本語", 4, "日…")]
    [InlineData("a", 1, "a")]
    [InlineData("ab", 1, "…")]
    public void A_line_is_cut_to_the_columns_that_it_takes(string line, int columns, string cut) =>
        Assert.Equal(cut, Cropped.Line(line, columns));
}
