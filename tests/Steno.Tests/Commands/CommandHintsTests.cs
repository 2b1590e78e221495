using Steno.Commands;

namespace Steno.Tests.Commands;

/// <summary>Advice that was good for the default directory must be good for the one that was named.</summary>
public sealed class CommandHintsTests
{
    [Theory]
    [InlineData("`steno stop` ends it.", "`steno stop --logs x` ends it.")]
    [InlineData("Try `steno show 3`, `steno recent`.", "Try `steno show --logs x 3`, `steno recent --logs x`.")]
    [InlineData("`steno stop --kill` kills it.", "`steno stop --logs x --kill` kills it.")]
    [InlineData("`steno stop --logs y` stops that one.", "`steno stop --logs y` stops that one.")]
    [InlineData("`steno status --help` and `steno version`.", "`steno status --help` and `steno version`.")]
    [InlineData("steno stop, said without being advised", "steno stop, said without being advised")]
    [InlineData("`steno record` (pid 3) has it", "`steno record` (pid 3) has it")]
    [InlineData("`steno stopped` is no verb", "`steno stopped` is no verb")]
    public void A_named_directory_is_in_every_command_that_takes_one(string text, string expected)
    {
        Assert.Equal(expected, new CommandHints("x").In(text));
        Assert.Equal(text, new CommandHints(null).In(text));
    }

    [Theory]
    [InlineData("/a/b-c_1.d", "/a/b-c_1.d")]
    [InlineData("my logs", "'my logs'")]
    [InlineData("it's", "'it'\\''s'")]
    [InlineData("$HOME", "'$HOME'")]
    public void A_path_is_quoted_as_the_shell_needs_it(string path, string expected) =>
        Assert.Equal($"`steno stop --logs {expected}`", new CommandHints(path).In("`steno stop`"));
}
