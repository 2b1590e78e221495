using Steno.Configuration;

namespace Steno.Tests.Configuration;

public sealed class SettingsReaderTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<SettingKey, IReadOnlyList<string>> _options = [];
    private readonly Dictionary<string, string> _variables = [];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Defaults_need_no_configuration()
    {
        StenoSettings settings = Read();

        Assert.Equal(Path.Combine(_directory.Path, "conversation_logs"), settings.Logs);
        Assert.Equal("tcp://127.0.0.1:5555", Assert.Single(settings.Brokers).ToString());
        Assert.Equal("tcp://127.0.0.1:5557", settings.Direct?.ToString());
        Assert.Equal("tcp://127.0.0.1:5556", settings.Publishers.ToString());
        Assert.Equal("tcp://127.0.0.1:5555", settings.Subscribers.ToString());
        Assert.Equal(256L << 20, settings.QueueBudgetBytes);
        Assert.Equal(128L << 20, settings.MessageLimitBytes);
        Assert.Null(settings.Rules);
        Assert.Empty(settings.Warnings);
    }

    [Fact]
    public void Options_beat_variables_and_variables_beat_the_file()
    {
        _directory.File("steno.json", """{ "logs": "of-file", "direct": "off", "queue_budget": "2 MiB" }""");
        Assert.Equal(Path.Combine(_directory.Path, "of-file"), Read().Logs);

        _variables["STENO_LOGS"] = "of-variable";
        Assert.Equal(Path.Combine(_directory.Path, "of-variable"), Read().Logs);

        _options[SettingKey.Logs] = ["of-option"];
        StenoSettings settings = Read();
        Assert.Equal(Path.Combine(_directory.Path, "of-option"), settings.Logs);
        Assert.Null(settings.Direct);
        Assert.Equal(2 << 20, settings.QueueBudgetBytes);
    }

    [Fact]
    public void The_file_is_found_upwards_and_its_paths_are_relative_to_it()
    {
        _directory.File("steno.json", """
            {
              // where the team keeps them
              "logs": "talks",
              "brokers": ["tcp://127.0.0.1:1", "tcp://[::1]:2"],
            }
            """);
        string deep = Path.Combine(_directory.Path, "a", "b");
        new DirectoryInfo(deep).Create();

        StenoSettings settings = SettingsReader.Read(_options, _variables, deep);

        Assert.Equal(Path.Combine(_directory.Path, "talks"), settings.Logs);
        Assert.Equal(["tcp://127.0.0.1:1", "tcp://[::1]:2"], settings.Brokers.Select(broker => broker.ToString()));
    }

    [Fact]
    public void The_recorder_listens_to_our_own_broker_wherever_its_door_is()
    {
        _variables["STENO_SUBSCRIBERS"] = "tcp://127.0.0.1:7000";
        Assert.Equal("tcp://127.0.0.1:7000", Assert.Single(Read().Brokers).ToString());

        _variables["STENO_SUBSCRIBERS"] = "tcp://*:7001";
        _variables["STENO_ALLOW_REMOTE"] = "1";
        Assert.Equal("tcp://127.0.0.1:7001", Assert.Single(Read().Brokers).ToString());
    }

    [Theory]
    [InlineData("STENO_BROKER", "localhost:5555", "brokers", "tcp://HOST:PORT")]
    [InlineData("STENO_BROKER", "tcp://127.0.0.1:5555,", "brokers", "tcp://HOST:PORT")]
    [InlineData("STENO_BROKER", "tcp://::1:5555", "brokers", "tcp://HOST:PORT")]
    [InlineData("STENO_DIRECT", "tcp://127.0.0.1:0", "direct", "or off")]
    [InlineData("STENO_PUBLISHERS", "tcp://127.0.0.1:65536", "publishers", "1 to 65535")]
    [InlineData("STENO_QUEUE_BUDGET", "256MB", "queue_budget", "256MiB")]
    [InlineData("STENO_QUEUE_BUDGET", "1", "queue_budget", "1 MiB to 64 GiB")]
    [InlineData("STENO_MESSAGE_LIMIT", "99999999999999999999TiB", "message_limit", "64 KiB to 256 MiB")]
    [InlineData("STENO_ALLOW_REMOTE", "yes", "allow_remote", "true or false")]
    public void A_wrong_value_is_refused_with_key_origin_value_and_what_is_allowed(
        string variable, string value, string key, string allowed)
    {
        _variables[variable] = value;

        string refusal = Assert.Throws<SettingException>(() => Read()).Message;

        Assert.StartsWith($"{key}: \"", refusal, StringComparison.Ordinal);
        Assert.Contains($"(from variable {variable})", refusal, StringComparison.Ordinal);
        Assert.Contains(allowed, refusal, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "log": "x" }""", "did you mean \"logs\"?")]
    [InlineData("""{ "quue_budget": 1 }""", "did you mean \"queue_budget\"?")]
    [InlineData("""{ "log": 1, "colour": 2, "brokers": "x", "drect": 3 }""",
        "no setting \"log\" (did you mean \"logs\"?), \"colour\", \"drect\" (did you mean \"direct\"?).")]
    [InlineData("""{ "logs": 5 }""", "logs: \"5\" (from ")]
    [InlineData("""{ "logs": 5 }""", "Allowed: a string.")]
    [InlineData("""{ "direct": false }""", "Allowed: a string.")]
    [InlineData("""{ "queue_budget": true }""", "a number, or a string such as")]
    [InlineData("""{ "allow_remote": 1 }""", "Allowed: true or false.")]
    [InlineData("""{ "brokers": [5] }""", "a string, or a list of strings")]
    [InlineData("{\n  \"logs\": \"ä\" x\n}", ", line 2, column 15: this is no JSON.")]
    [InlineData("""{ "colour": "x" }""", "There are: logs, brokers")]
    [InlineData("""{ "logs": ["a", "b"] }""", "logs")]
    [InlineData("""{ "logs": "a", "logs": "b" }""", "twice")]
    [InlineData("""{ "logs": "\ud800" }""", "Allowed: a string.")]
    [InlineData("""{ "brokers": [] }""", "a list of strings")]
    [InlineData("[]", "object of settings")]
    [InlineData("{", ", line 1, column 2: this is no JSON.")]
    public void A_wrong_file_is_refused_by_its_path_and_the_reason(string content, string reason)
    {
        string path = _directory.File("steno.json", content);

        string refusal = Assert.Throws<SettingException>(() => Read()).Message;

        Assert.Contains(path, refusal, StringComparison.Ordinal);
        Assert.Contains(reason, refusal, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_is_no_log_directory()
    {
        string file = _directory.File("talk.jsonl", "");
        _options[SettingKey.Logs] = [file];

        Assert.Contains("this is a file", Assert.Throws<SettingException>(() => Read()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_log_directory_alone_is_known_whatever_else_is_wrong_in_the_file()
    {
        _directory.File("steno.json", """{ "logs": "talks", "queue_budget": "lots", "colour": 1 }""");
        Assert.Equal((_directory.Join("talks"), null), ReadLogs());

        _directory.File("steno.json", "{ broken");
        (string logs, string? problem) = ReadLogs();
        Assert.Equal(_directory.Join("conversation_logs"), logs);
        Assert.Contains("this is no JSON", problem, StringComparison.Ordinal);

        _options[SettingKey.Logs] = ["given"];
        Assert.Equal((_directory.Join("given"), null), ReadLogs());
    }

    [Theory]
    [InlineData("tcp://0.0.0.0:5556")]
    [InlineData("tcp://*:5556")]
    [InlineData("tcp://192.0.2.1:5556")]
    [InlineData("tcp://[::]:5556")]
    public void A_door_beyond_this_machine_needs_the_flag_and_warns(string door)
    {
        _options[SettingKey.Publishers] = [door];
        Assert.Contains("--allow-remote", Assert.Throws<SettingException>(() => Read()).Message, StringComparison.Ordinal);

        _options[SettingKey.AllowRemote] = ["true"];
        Assert.Contains(door, Assert.Single(Read().Warnings), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("tcp://127.0.0.1:5556")]
    [InlineData("tcp://127.8.9.10:5556")]
    [InlineData("tcp://[::1]:5556")]
    [InlineData("tcp://localhost:5556")]
    [InlineData("ipc:///tmp/door")]
    public void A_door_on_this_machine_needs_nothing(string door)
    {
        _options[SettingKey.Publishers] = [door];

        Assert.Equal(door, Read().Publishers.ToString());
    }

    [Fact]
    public void A_broker_elsewhere_may_be_listened_to_without_a_flag()
    {
        _options[SettingKey.Brokers] = ["tcp://broker.example.org:5555"];

        Assert.Equal("broker.example.org", Assert.Single(Read().Brokers).Host);
    }

    [Fact]
    public void A_mistyped_variable_is_named_with_the_one_that_was_meant()
    {
        _variables["STENO_BROKR"] = "tcp://127.0.0.1:1";
        _variables["steno_logs"] = "x";
        _variables["STENO_BINARY"] = "somebody else's";
        _variables["STENO_DIRECT"] = "off";

        Assert.Equal(
            [
                "The variable STENO_BROKR is not a setting, and is ignored. Did you mean STENO_BROKER?",
                "The variable steno_logs is not a setting, and is ignored. Did you mean STENO_LOGS?",
            ],
            Read().Warnings);
    }

    [Fact]
    public void A_log_directory_that_is_a_link_to_nothing_is_called_that()
    {
        File.CreateSymbolicLink(Path.Combine(_directory.Path, "conversation_logs"), "gone");

        string said = Assert.Throws<SettingException>(Read).Message;
        Assert.Contains($"this is a link to {Path.Combine(_directory.Path, "gone")}, which is not there", said, StringComparison.Ordinal);
    }

    private (string Logs, string? Problem) ReadLogs() =>
        SettingsReader.ReadLogs(_options, _variables, _directory.Path);

    private StenoSettings Read() => SettingsReader.Read(_options, _variables, _directory.Path);
}
