using System.Text.Json;
using Steno.Tests.Sessions;

namespace Steno.Tests.Commands;

/// <summary>Sessions by the names that the user gave them; questions that nobody answers, or answers with no.</summary>
public sealed class SessionNameTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LoadedSession _session;

    public SessionNameTests() => _session = new LoadedSession(_directory.Join("logs"));

    public void Dispose()
    {
        _session.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void A_session_is_found_by_its_name_of_several_the_newest_and_the_others_are_listed()
    {
        _session.New("design");
        _session.Say(1);
        Guid design = _session.Manifest.Id;
        Assert.Equal(design, Shown("design"));
        _session.New("tests");
        Assert.Equal(design, Shown("design"));
        Assert.EndsWith("number 1\n", Run("recent", "--session", "design").Output, StringComparison.Ordinal);
        Assert.Equal(0, Run("show", "1", "--session", "tests").Code);
        Guid tests = _session.Manifest.Id;
        _session.New("tests");

        _session.Say(1);

        Assert.Equal(_session.Manifest.Id, Shown("tests"));
        Assert.Equal(tests, Run("session", "show", "tests", "--json").Json.GetProperty("same_name")[0].GetGuid());
        string[] shown = Run("session", "show", "tests").Output.Split('\n');
        Assert.Contains(shown, line => line.StartsWith($"  also named {tests}, which began 20", StringComparison.Ordinal)
            && line.Contains(" (new), sealed (new); 1 line, ", StringComparison.Ordinal));
        Assert.Single(shown, line => line.Contains("also named", StringComparison.Ordinal));
        VerbRun recent = Run("recent", "--session", "tests");
        Assert.EndsWith("number 2\n", recent.Output, StringComparison.Ordinal);
        Assert.Contains("1 older session has that name, too: `steno session show", recent.Error, StringComparison.Ordinal);
        Assert.Equal($"{_session.Manifest.Id}", Run("show", "2", "--session", "tests", "--json").Json.GetProperty("session").GetString());

        _session.New(); // nobody gave this one a name
        Assert.Null(_session.Manifest.Name);
        Assert.DoesNotContain("also named", Run("session", "show").Output, StringComparison.Ordinal);
        VerbRun begins = Run("session", "show", "0");
        Assert.Equal(1, begins.Code);
        Assert.Contains("5 sessions begin with \"0\"", begins.Error, StringComparison.Ordinal);
        Assert.Equal((2, true), (Run("session", "new", "--name", "current").Code, Run("session", "new", "--name", "current").Error.Contains("and not \"current\"", StringComparison.Ordinal)));

        Assert.Contains(" 1 line ", Run("session", "list").Output, StringComparison.Ordinal);
        Assert.Contains($"follows    {design}", Run("session", "show", $"{tests}").Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_session_of_which_only_checkpoints_are_left_is_listed_and_named()
    {
        _session.New("design");
        _session.Say(3);
        string design = _session.Manifest.Id.ToString();
        _session.Checkpoint();
        _session.New();
        _session.Close();
        Assert.Equal(0, Run("session", "list").Code); // the control
        foreach (string file in Directory.GetFiles(_session.Logs.Archive, $"*{design}*")) File.Delete(file);

        VerbRun list = Run("session", "list");
        Assert.Equal(1, list.Code);
        Assert.Equal(3, list.Output.Trim().Split('\n').Length);
        Assert.Contains($"{design} (design)", list.Output, StringComparison.Ordinal);
        Assert.Contains($"damaged: session {design}: Neither its journal nor its session.json is here: `steno recover", list.Error, StringComparison.Ordinal);
        Assert.Contains("recover", Run("session", "show", "design").Output, StringComparison.Ordinal);

        Assert.Equal(0, Run("recover", "--yes").Code);
        Assert.Equal(0, Run("session", "list").Code);
    }

    [Fact]
    public void Who_gives_a_name_that_others_have_is_told_so()
    {
        _session.Say(1);
        _session.Die();
        Assert.Equal((0, ""), (Run("session", "new", "--name", "design").Code, Run("session", "new", "--name", "tests").Error));
        VerbRun second = Run("session", "new", "--name", "design");
        Assert.Equal(0, second.Code);
        Assert.Contains("warning: 1 older session has the name design, too; from now on it means this one. `steno session show", second.Error, StringComparison.Ordinal);
        Assert.Contains("2 older sessions have the name design, too", Run("session", "new", "--name", "design").Error, StringComparison.Ordinal);
        Assert.Equal("", Run("session", "new", "--name", "design", "--json").Error);
        Assert.Equal("", Run("session", "new").Error);
    }

    [Fact]
    public void A_message_is_found_by_its_id_in_whatever_session_it_is_and_its_session_is_said()
    {
        _session.Say(1);
        Guid first = _session.Manifest.Id;
        _session.New();
        Guid second = _session.Manifest.Id;
        _session.Say(1, ",\"metadata\":{\"note\":\"m-1\"}");
        _session.New();
        _session.Say(1);

        VerbRun found = Run("show", "m-1");
        Assert.Equal(0, found.Code);
        Assert.Contains($"session    {first}", found.Output, StringComparison.Ordinal);
        Assert.Contains($"it is in session {first}, which is sealed.", found.Error, StringComparison.Ordinal);
        Assert.Equal((first, "number 1"), (Run("show", "m-1", "--json").Json.GetProperty("session").GetGuid(), Run("show", "m-1", "--json").Json.GetProperty("message").GetProperty("text").GetString()));
        Assert.Equal("", Run("show", "m-3").Error);
        VerbRun missing = Run("show", "m-9");
        Assert.Equal(1, missing.Code);
        Assert.Contains("none with that id in the 2 sealed ones", missing.Error, StringComparison.Ordinal);
        Assert.Equal(1, Run("show", "m-1", "--session", $"{second}").Code); // there, and nowhere else
    }

    /// <summary><c>recent</c> shows sequences of sealed sessions, too.</summary>
    [Fact]
    public void A_sequence_that_sealed_sessions_have_is_answered_with_the_commands_that_show_it()
    {
        List<Guid> sessions = [];
        for (int n = 0; n < 7; n++)
        {
            _session.Say(n is 1 or 2 ? 5 : 1);
            sessions.Add(_session.Manifest.Id);
            _session.New();
        }

        VerbRun missing = Run("show", "#6");
        Assert.Equal(1, missing.Code);
        string logs = _session.Logs.Root;
        Assert.Contains($"`steno show --logs {logs} 6 --session {sessions[2]}`, `steno show --logs {logs} 6 --session {sessions[1]}`.", missing.Error, StringComparison.Ordinal);
        Assert.Equal(0, Run("show", "6", "--session", $"{sessions[1]}").Code);
        Assert.Contains("`, …", Run("show", "2").Error, StringComparison.Ordinal); // of seven, five are named
        Assert.Contains($"for --session: …, {sessions[2]}, ", Run("show", "m-99").Error, StringComparison.Ordinal);
        Assert.DoesNotContain("have a #", Run("show", "99").Error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sealed_session_without_its_file_is_listed_with_the_date_that_its_name_has()
    {
        _session.Say(1);
        DateTimeOffset began = _session.Manifest.Started;
        _session.New();
        File.Delete(Assert.Single(Directory.GetFiles(_session.Logs.Archive, "*.session.json")));
        JsonElement sealedOne = Run("session", "list", "--json").Json.GetProperty("sessions")[1];
        Assert.Equal(began.ToUnixTimeSeconds(), sealedOne.GetProperty("started").GetDateTimeOffset().ToUnixTimeSeconds());
        string listed = Run("session", "list").Output;
        Assert.DoesNotContain("not known when", listed, StringComparison.Ordinal);
        Assert.DoesNotContain("?", listed, StringComparison.Ordinal);
    }

    [Fact]
    public void A_question_that_nobody_can_answer_is_wrong_usage_and_one_that_is_declined_says_what_was_not_done()
    {
        _session.Say(1);
        _session.Checkpoint("here");
        _session.Close();
        File.Delete(_session.Logs.RecoveryFile);
        File.AppendAllText(_session.Logs.SessionFile, "x");
        foreach ((string[] verb, string not) in new[]
        {
            (["checkpoint", "load", "here"], "Nothing was loaded: the current session goes on."),
            (["checkpoint", "delete", "here"], "Nothing was deleted: the checkpoint is still there."),
            ((string[])["recover"], "Nothing was changed: what is damaged is so still."),
        })
        {
            VerbRun unanswered = Run(verb);
            Assert.Equal((2, ""), (unanswered.Code, unanswered.Output));
            Assert.Contains("--yes", unanswered.Error, StringComparison.Ordinal);
            VerbRun declined = VerbRun.Of(() => "n", [.. verb, "--logs", _session.Logs.Root]);
            Assert.Equal(1, declined.Code);
            Assert.EndsWith(not + "\n", declined.Error, StringComparison.Ordinal);
        }
    }

    private Guid Shown(string name) => Run("session", "show", name, "--json").Json.GetProperty("session").GetProperty("id").GetGuid();

    private VerbRun Run(params string[] arguments) => VerbRun.Of([.. arguments, "--logs", _session.Logs.Root]);
}
