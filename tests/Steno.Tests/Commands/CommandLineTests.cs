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
    [InlineData("completion", "csh", "Allowed: bash, zsh, fish, powershell.")]
    [InlineData("recent", "-n=many", "-n: \"many\" is refused. Allowed: 0 to 100000.")]
    [InlineData("recent", "extra", "takes options only")]
    [InlineData("status", "--nosuch=3", "there is no option \"--nosuch\"")]
    [InlineData("help", "shwo", "Did you mean `steno show`?")]
    public void A_wrong_option_or_value_is_answered_with_what_there_is(string verb, string argument, string answer)
    {
        Assert.Equal(2, Run(verb, argument));
        Assert.Empty(_output.ToString());
        Assert.Contains(answer, _error.ToString(), StringComparison.Ordinal);
    }

    /// <summary>A script may say it to each: no such directory is what stops these, and not the option.</summary>
    [Theory]
    [InlineData("session", "new")]
    [InlineData("session", "list")]
    [InlineData("session", "show", "last")]
    [InlineData("checkpoint", "create")]
    [InlineData("checkpoint", "list")]
    [InlineData("checkpoint", "show", "one")]
    [InlineData("checkpoint", "load", "one")]
    [InlineData("checkpoint", "export", "one")]
    [InlineData("checkpoint", "delete", "one")]
    public void Sessions_and_checkpoints_take_yes_in_every_verb(params string[] verb)
    {
        Assert.Equal(1, Run([.. verb, "--yes", "--logs", "/nowhere/logs"]));
        Assert.Contains("There is no directory /nowhere/logs", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("`steno show` needs SEQ|ID", "show")]
    [InlineData("steno show 17", "show")]
    [InlineData("`steno completion` needs SHELL: bash, zsh, fish or powershell.", "completion")]
    [InlineData("--context: \"-1\" is refused. Allowed: 0 to 1000.", "show", "1", "--context", "-1")]
    [InlineData("--context: \"99999999999\" is refused. Allowed: 0 to 1000.", "show", "1", "--context", "99999999999")]
    [InlineData("--context needs a value: LINES.", "show", "1", "--context")]
    [InlineData("\"2\" is one too many", "show", "1", "2")]
    [InlineData("-n is given 2 times, and takes one value.", "recent", "-n", "1", "-n", "2")]
    [InlineData("--label= has no value.", "checkpoint", "create", "--label=", "--json")]
    [InlineData("--name= has no value.", "session", "new", "--name=")]
    public void Wrong_usage_is_answered_in_our_own_words_with_the_next_step(string answer, params string[] arguments)
    {
        Assert.Equal(2, Run(arguments));
        Assert.Empty(_output.ToString());
        Assert.Contains(answer, _error.ToString(), StringComparison.Ordinal);
        Assert.EndsWith(" --help` shows what there is.\n", _error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("expected type", _error.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("Required", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_version_is_an_option_too()
    {
        Assert.Equal(0, Run("version"));
        string version = _output.ToString();
        _output.GetStringBuilder().Clear();

        Assert.Equal(0, Run("--version"));

        Assert.Equal(version, _output.ToString());
    }

    [Theory]
    [InlineData("help")]
    [InlineData("help", "show")]
    public void Help_is_a_verb_too(params string[] arguments)
    {
        Assert.Equal(0, Run(arguments));
        string asVerb = _output.ToString();
        _output.GetStringBuilder().Clear();

        Assert.Equal(0, Run([.. arguments[1..], "--help"]));

        Assert.Equal(_output.ToString(), asVerb);
        Assert.Empty(_error.ToString());
    }

    [Fact]
    public void A_default_stands_in_the_help_once()
    {
        foreach (string verb in new[] { "recent", "tail", "show" })
        {
            _output.GetStringBuilder().Clear();
            Run(verb, "--help");
            Assert.All(_output.ToString().Split('\n'), line => Assert.True(line.Split("[default").Length <= 2, line));
        }
    }

    [Theory]
    [InlineData("recent")]
    [InlineData("tail")]
    [InlineData("status")]
    [InlineData("show", "1")]
    [InlineData("start")]
    [InlineData("stop")]
    public void A_file_as_log_directory_is_refused_at_once(params string[] arguments)
    {
        string file = _directory.File("journal.jsonl", "");

        Assert.Equal(2, Run([.. arguments, "--logs", file]));
        Assert.Contains("this is a file", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("recent")]
    [InlineData("show", "1")]
    public void A_directory_that_is_missing_is_named(params string[] arguments)
    {
        Assert.Equal(1, Run([.. arguments, "--logs", _directory.Join("nowhere")]));
        Assert.Contains($"There is no directory {_directory.Join("nowhere")}", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Readers_tell_of_repeats_and_that_nothing_is_recorded_on_standard_error_and_not_with_JSON()
    {
        _directory.File("conversation_logs/current_session.jsonl",
            Views.JournalLines.Said(1, "a", "x", "one")
            + Views.JournalLines.Said(2, "a", "x", "one", """{"duplicate_of":1}"""));

        Assert.Equal(0, Run("recent"));
        Assert.Single(_output.ToString().TrimEnd('\n').Split('\n'));
        Assert.Contains("1 repeat is hidden; --all shows it.\n", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("Not recording now: No recorder is running on ", _error.ToString(), StringComparison.Ordinal);

        _error.GetStringBuilder().Clear();
        Assert.Equal(0, Run("recent", "--json"));
        Assert.Equal(0, Run("recent", "--json", "--all"));
        Assert.Empty(_error.ToString());
    }

    [Fact]
    public void What_is_not_found_is_said_with_the_session_that_was_searched()
    {
        _directory.File("conversation_logs/current_session.jsonl", Views.JournalLines.Said(1, "a", "x", "one"));

        Assert.Equal(1, Run("show", "99"));

        Assert.Contains("There is no message 99 in session ", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void A_sealed_session_is_read_by_the_beginning_of_its_id()
    {
        _directory.File("conversation_logs/current_session.jsonl", Views.JournalLines.Said(2, "b", "x", "two"));
        foreach ((string id, string said) in new[] { ("0193af10-1111", "one"), ("0193af20-2222", "other") })
            _directory.File($"conversation_logs/archive/20251130T100000Z_{id}.jsonl", Views.JournalLines.Said(1, "a", "x", said));

        Assert.Equal(0, Run("recent", "--session", "0193AF1"));
        Assert.EndsWith(" one\n", _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("ecording", _error.ToString(), StringComparison.Ordinal); // of a sealed session nothing is said of that

        Assert.Equal(0, Run("show", "1", "--session", "20251130T100000Z_0193af20"));
        Assert.Contains("other", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("0193af20-2222", _output.ToString(), StringComparison.Ordinal);

        _output.GetStringBuilder().Clear();
        Assert.Equal(0, Run("recent", "--session", "current"));
        Assert.EndsWith(" two\n", _output.ToString(), StringComparison.Ordinal);

        Assert.Equal(1, Run("show", "1"));
        Assert.Contains("sealed ones have a #1, too: `steno show 1 --session 0193af20-2222`, `steno show 1 --session 0193af10-1111`.", _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("0193af", "Several sessions begin with \"0193af\": 0193af10-1111, 0193af20-2222.")]
    [InlineData("ffff", "There is no session \"ffff\" in ")]
    [InlineData("", "There is no session \"\" in ")]
    [InlineData("../../etc", "There is no session \"../../etc\" in ")]
    public void A_session_that_is_not_one_is_named_with_those_that_there_are(string wanted, string answer)
    {
        foreach (string id in new[] { "0193af10-1111", "0193af20-2222" })
            _directory.File($"conversation_logs/archive/20251130T100000Z_{id}.jsonl", Views.JournalLines.Said(1, "a", "x", "one"));

        Assert.Equal(1, Run("recent", "--session", wanted));
        Assert.Contains(answer, _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("0193af10-1111, 0193af20-2222", _error.ToString(), StringComparison.Ordinal);
        Assert.Empty(_output.ToString());
    }

    [Fact]
    public void A_journal_that_is_gone_is_not_called_never_recorded()
    {
        _directory.File("conversation_logs/recovery/crash_recovery.jsonl", Views.JournalLines.Said(1, "a", "x", "one"));
        foreach (string[] verb in new string[][] { ["recent"], ["show", "1"] })
        {
            _error.GetStringBuilder().Clear();
            Assert.Equal(1, Run(verb));
            Assert.Contains("current_session.jsonl is gone. Its second copy is there", _error.ToString(), StringComparison.Ordinal);
            Assert.Contains("`steno start` puts it back", _error.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Show_prints_every_frame_and_cuts_only_the_neighbours()
    {
        string message = Views.JournalLines.Said(1, "a", "x", new string('m', 500))
            .Replace("\"topic\":\"t\"", "\"topic\":\"t\",\"frames\":[\"third\",\"fourth\"]", StringComparison.Ordinal);
        _directory.File("conversation_logs/current_session.jsonl", message + Views.JournalLines.Said(2, "b", "x", new string('n', 5000)));

        Assert.Equal(0, Run("show", "1"));

        string output = _output.ToString();
        Assert.Contains(new string('m', 500), output, StringComparison.Ordinal);
        Assert.Contains("frame 3    5 bytes\n  | third\n\n  frame 4    6 bytes\n  | fourth\n", output, StringComparison.Ordinal);
        Assert.DoesNotContain(new string('n', 160), output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("../../etc/passwd", "\"../../etc/passwd\" is refused")]
    [InlineData("\u001b[2Jx", "\"\\x1b[2Jx\" is refused")]
    [InlineData(".hidden", "\".hidden\" is refused")]
    [InlineData("", "\"\" is refused")]
    public void A_label_that_is_none_is_refused_escaped_with_what_is_allowed(string label, string said)
    {
        Assert.Equal(2, Run("checkpoint", "create", "--label", label));
        Assert.Contains(said, _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("Allowed: 1 to 64 characters of A-Z a-z 0-9 . _ -", _error.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_directory.Join("conversation_logs")));
    }

    [Fact]
    public void A_label_of_300_characters_is_refused_and_not_repeated_whole()
    {
        Assert.Equal(2, Run("checkpoint", "create", "--label", new string('x', 300)));
        Assert.DoesNotContain(new string('x', 100), _error.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("list")]
    [InlineData("create")]
    [InlineData("show", "x")]
    [InlineData("export", "x")]
    [InlineData("delete", "x", "--yes")]
    public void Checkpoints_of_a_directory_that_is_not_there_make_none(params string[] verb)
    {
        Assert.Equal(1, Run(["checkpoint", .. verb]));
        Assert.Contains("There is no directory", _error.ToString(), StringComparison.Ordinal);
        Assert.False(Directory.Exists(_directory.Join("conversation_logs")));
    }

    [Fact]
    public void The_verb_checkpoint_alone_says_what_it_needs()
    {
        Assert.Equal(2, Run("checkpoint"));
        Assert.Contains("`steno checkpoint` needs one of create, list, show, load, export, delete.", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal(2, Run("checkpoint", "show"));
        Assert.Contains("`steno checkpoint show` needs ID|LABEL", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void The_list_of_verbs_fits_a_terminal()
    {
        Assert.Equal(0, Run("--help"));

        Assert.All(_output.ToString().Split('\n'), line => Assert.True(line.Length <= 120, line));
    }

    [Theory]
    [InlineData("run")]
    [InlineData("archive")]
    [InlineData("recovery")]
    public void A_file_where_a_directory_must_be_is_refused_with_what_to_do(string name)
    {
        string file = _directory.File($"conversation_logs/{name}", "mine");

        Assert.Equal(1, Run("record", "--direct", "off", "--broker", $"ipc://{_directory.Join("nobody")}"));

        Assert.Contains($"{file} is a file, and must be a directory.", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("Move it away", _error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Stop_needs_no_whole_configuration_and_says_when_it_had_to_guess()
    {
        _directory.File("steno.json", """{ "queue_budget": "lots" }""");
        Assert.Equal(0, Run("stop"));

        _directory.File("steno.json", "{ broken");
        Assert.Equal(1, Run("stop"));
        Assert.Contains("this is no JSON", _error.ToString(), StringComparison.Ordinal);
        Assert.Contains("--logs names another one", _error.ToString(), StringComparison.Ordinal);
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
        Assert.StartsWith("✗ NOT recording. There is no log directory ", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("`steno start`", _output.ToString(), StringComparison.Ordinal);

        _output.GetStringBuilder().Clear();
        Assert.Equal(1, Run("status", "--logs", "."));
        Assert.StartsWith("✗ NOT recording. No recorder is running on ", _output.ToString(), StringComparison.Ordinal);
        Assert.Contains("`steno start --logs .`", _output.ToString(), StringComparison.Ordinal);
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

    [Theory]
    [InlineData("recent")]
    [InlineData("status")]
    [InlineData("stop")]
    public void From_a_subdirectory_the_journal_above_is_named(string verb)
    {
        string above = Path.Combine(_directory.Path, "conversation_logs");
        Directory.CreateDirectory(above);
        File.WriteAllText(Path.Combine(above, "current_session.jsonl"), "");
        string sub = Directory.CreateDirectory(Path.Combine(_directory.Path, "src", "deep")).FullName;

        CommandLine.Run([verb], Context() with { WorkingDirectory = sub });
        Assert.Contains($"One further up has a journal: --logs {above}.", _output.ToString() + _error, StringComparison.Ordinal);
    }

    private int Run(params string[] arguments) => CommandLine.Run(arguments, Context());

    private VerbContext Context() => new(
        new Screen(_output, hasColours: false),
        new Screen(_error, hasColours: false),
        _variables,
        _directory.Path,
        TimeProvider.System);
}
