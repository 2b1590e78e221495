using System.CommandLine;
using System.Text.Json;
using Steno.Commands;
using Steno.Terminal;

namespace Steno.Tests.Commands;

public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };
    private readonly Dictionary<string, string> _variables = [];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Without_a_verb_it_shows_what_there_is()
    {
        Assert.Equal(0, Run());
        Assert.Contains("start", _output.ToString(), StringComparison.Ordinal);
        Assert.Empty(_error.ToString());
    }

    [Fact]
    public void Every_verb_has_help_with_examples_that_parse()
    {
        RootCommand root = CommandLine.Build(Context());
        foreach (Verb verb in root.Subcommands.Cast<Verb>())
        {
            _output.GetStringBuilder().Clear();
            Assert.Equal(0, Run(verb.Name, "--help"));
            Assert.Contains("Examples:", _output.ToString(), StringComparison.Ordinal);
            Assert.NotEmpty(verb.Examples);
            foreach (string example in verb.Examples)
            {
                // What comes behind the command line is the shell's.
                string ours = example.Split(['|', '>'])[0].Split(" #")[0].Trim();
                Assert.Empty(root.Parse(ours["steno ".Length..]).Errors);
                Assert.Contains(example, _output.ToString(), StringComparison.Ordinal);
            }
        }
    }

    [Theory]
    [InlineData("statsu", "Did you mean `steno status`?")]
    [InlineData("strat", "Did you mean `steno start`?")]
    [InlineData("recnt", "Did you mean `steno recent`?")]
    public void A_mistyped_verb_is_answered_with_the_nearest_one(string typed, string answer)
    {
        Assert.Equal(2, Run(typed));
        Assert.Empty(_output.ToString());
        Assert.Contains(answer, _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("status", "--jsn", "Did you mean `steno status --json`?")]
    [InlineData("status", "--logs", "--logs")]
    [InlineData("recent", "-n=-1", "0 to 100000")]
    [InlineData("completion", "csh", "powershell")]
    public void A_wrong_option_or_value_is_answered_with_what_there_is(string verb, string argument, string answer)
    {
        Assert.Equal(2, Run(verb, argument));
        Assert.Empty(_output.ToString());
        Assert.Contains(answer, _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_wrong_setting_is_wrong_usage_and_cannot_play_tricks_on_the_terminal()
    {
        _variables["STENO_QUEUE_BUDGET"] = "\u001b[2Jlots";

        Assert.Equal(2, Run("status"));

        Assert.Contains("queue_budget: \"\\x1b[2Jlots\" (from variable STENO_QUEUE_BUDGET)", _error.ToString(),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Status_without_a_recorder_says_so_and_fails()
    {
        Assert.Equal(1, Run("status"));
        Assert.StartsWith("✗ NOT recording. No recorder is running on ", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("`steno start`", _output.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Status_as_JSON_has_every_documented_key_and_nothing_else_on_standard_output()
    {
        Assert.Equal(1, Run("status", "--json"));

        using JsonDocument status = JsonDocument.Parse(_output.ToString());
        Assert.False(status.RootElement.GetProperty("recording").GetBoolean());
        foreach (string key in new[]
        {
            "schema_version", "proof", "proof_age_ms", "reason", "verdict", "session", "received", "written_seq",
            "durable_seq", "indexed_seq", "checkpointed_seq", "lag_ms", "queue_bytes", "stalls",
            "messages_per_second", "sources", "agents", "coverage", "gaps", "disk_free_bytes", "pid", "version",
        })
            Assert.True(status.RootElement.TryGetProperty(key, out _), key);
        Assert.Empty(_error.ToString());
    }

    [Theory]
    [InlineData("recent")]
    [InlineData("show", "17")]
    public void Reading_where_nothing_was_recorded_says_what_to_do(params string[] arguments)
    {
        Assert.Equal(1, Run(arguments));
        Assert.Contains("`steno start`", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Stopping_what_does_not_run_is_done_already()
    {
        Assert.Equal(0, Run("stop"));
        Assert.StartsWith("Nothing to stop", _output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("bash", "complete")]
    [InlineData("zsh", "#compdef steno")]
    [InlineData("fish", "complete -c steno")]
    [InlineData("powershell", "Register-ArgumentCompleter")]
    public void Every_shell_gets_its_completion_script(string shell, string part)
    {
        Assert.Equal(0, Run("completion", shell));
        Assert.Contains(part, _output.ToString(), StringComparison.Ordinal);
    }

    private int Run(params string[] arguments) => CommandLine.Run(arguments, Context());

    private VerbContext Context() => new(
        new Screen(_output, hasColours: false),
        new Screen(_error, hasColours: false),
        _variables.GetValueOrDefault,
        _directory.Path,
        TimeProvider.System);
}
