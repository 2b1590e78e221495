using Steno.Commands;
using Steno.Terminal;
using Steno.Tests.Checkpoints;
using Steno.Tests.Support;

namespace Steno.Tests.Commands;

/// <summary>
/// Pipes, sockets, devices, directories and links where a file of ours should be: each verb names what is in the
/// way, at once.
/// </summary>
public sealed class StrangePlaceTests : IDisposable
{
    private const string Archived = "archive/20260101T000000Z_11111111-1111-1111-1111-111111111111";

    /// <summary>On a busy machine; a verb that hangs never ends.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly TemporaryDirectory _directory = new();
    private readonly Dictionary<string, string> _variables = [];

    private string Logs => Path.Combine(_directory.Path, "logs");

    public static bool IsNotLinux => !OperatingSystem.IsLinux();

    public static TheoryData<string> Kinds => [.. StrangeFile.Kinds];

    /// <summary>A directory in the archive that no session.json speaks of is somebody's.</summary>
    public static TheoryData<string> ButDirectories => [.. StrangeFile.Kinds.Where(kind => kind != "directory")];

    public void Dispose() => _directory.Dispose();

    [Theory(Skip = "Files as on Linux", SkipWhen = nameof(IsNotLinux))]
    [MemberData(nameof(Kinds))]
    public async Task In_the_journals_place_it_is_named_by_every_verb_that_reads_it(string kind)
    {
        await NamesItAsync(kind, "current_session.jsonl",
            ["recent"], ["show", "1"], ["tail"], ["verify"], ["session", "list"], ["session", "show"], ["checkpoint", "create"]);
    }

    [Theory(Skip = "Files as on Linux", SkipWhen = nameof(IsNotLinux))]
    [MemberData(nameof(Kinds))]
    public async Task In_the_place_of_the_session_file_it_is_named(string kind) =>
        await NamesItAsync(kind, "session.json", ["verify"], ["session", "list"], ["session", "show"], ["checkpoint", "create"]);

    [Theory(Skip = "Files as on Linux", SkipWhen = nameof(IsNotLinux))]
    [MemberData(nameof(ButDirectories))]
    public async Task In_the_archive_it_is_named(string kind) => await NamesItAsync(
        kind, Archived + ".jsonl", ["verify", "--all"], ["session", "list"], ["recent", "--session", "1111"]);

    [Theory(Skip = "Files as on Linux", SkipWhen = nameof(IsNotLinux))]
    [MemberData(nameof(Kinds))]
    public async Task In_the_place_of_what_start_opens_it_is_named_and_nothing_is_launched(string kind)
    {
        foreach (string place in new[] { "run/recorder.log", "run/broker.log", "run/broker.pid", "run/start.lock" })
            await NamesItAsync(kind, place, ["start", "--broker", "tcp://127.0.0.1:1", "--direct", "off"]);
    }

    /// <summary>It tells of a process that can be found otherwise: no reason to stop nothing.</summary>
    [Theory(Skip = "Files as on Linux", SkipWhen = nameof(IsNotLinux))]
    [MemberData(nameof(Kinds))]
    public async Task In_the_place_of_a_pid_it_holds_nobody_up(string kind)
    {
        foreach (string place in new[] { "run/broker.pid", "recorder.pid" })
        {
            Prepare();
            StrangeFile.Make(kind, Path.Combine(Logs, place));
            Assert.Contains("No recorder is running", (await RunAsync("status")).Text, StringComparison.Ordinal);
            Assert.Contains("Nothing to stop", (await RunAsync("stop")).Text, StringComparison.Ordinal);
        }
    }

    [Theory(Skip = "Files as on Linux", SkipWhen = nameof(IsNotLinux))]
    [MemberData(nameof(Kinds))]
    public async Task In_the_place_of_settings_and_rules_it_is_named(string kind)
    {
        Prepare();
        string settings = Path.Combine(_directory.Path, "steno.json");
        StrangeFile.Make(kind, settings);
        (int code, string text) = await RunAsync("status");
        Assert.Equal(2, code);
        Assert.Contains(settings, text, StringComparison.Ordinal);
        Assert.Contains(Words(kind), text, StringComparison.Ordinal);
        if (kind == "directory") Directory.Delete(settings, recursive: true);
        else File.Delete(settings);

        string rules = Path.Combine(_directory.Path, "rules.json");
        StrangeFile.Make(kind, rules);
        _variables["STENO_RULES"] = rules;
        foreach (string verb in new[] { "record", "start" })
        {
            (code, text) = await RunAsync(verb, "--broker", "tcp://127.0.0.1:1", "--direct", "off");
            Assert.Equal(1, code);
            Assert.Contains($"The rules file {rules} cannot be read: ", text, StringComparison.Ordinal);
            Assert.Contains(Words(kind), text, StringComparison.Ordinal);
        }
    }

    private async Task NamesItAsync(string kind, string place, params string[][] verbs)
    {
        Prepare();
        string path = Path.Combine(Logs, place);
        StrangeFile.Make(kind, path);
        foreach (string[] verb in verbs)
        {
            (int code, string text) = await RunAsync(verb);
            bool shows = verb is ["session", "show"]; // it shows what there is, and what is wrong with it
            Assert.True(shows || code == 1, $"{string.Join(' ', verb)}: {code} {text}");
            Assert.Contains(path, text, StringComparison.Ordinal);
            Assert.Contains(Words(kind), text, StringComparison.Ordinal);
        }
    }

    private static string Words(string kind) => kind switch
    {
        "pipe" => "is a named pipe",
        "link to nothing" or "link to itself" => "is a link that leads nowhere",
        _ => $"is a {kind}",
    };

    private void Prepare()
    {
        if (Directory.Exists(Logs)) Directory.Delete(Logs, recursive: true);
        RecordedSession session = new(Logs);
        session.Record(3);
        string archived = Path.Combine(Logs, Archived);
        Directory.CreateDirectory(Path.GetDirectoryName(archived)!);
        File.Copy(session.Logs.CurrentJournal, archived + ".jsonl");
    }

    private async Task<(int Code, string Text)> RunAsync(params string[] verb)
    {
        StringWriter text = new() { NewLine = "\n" };
        VerbContext context = new(
            new Screen(text, hasColours: false), new Screen(text, hasColours: false), _variables, _directory.Path, TimeProvider.System);
        Task<int> run = Task.Run(() => CommandLine.Run([.. verb, "--logs", Logs], context), TestContext.Current.CancellationToken);
        return (await run.WaitAsync(Limit, TestContext.Current.CancellationToken), text.ToString());
    }
}
