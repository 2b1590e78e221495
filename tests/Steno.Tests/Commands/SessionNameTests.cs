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
    public void A_session_is_found_by_its_name_and_several_of_one_name_are_listed()
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

        foreach (VerbRun several in new[] { Run("session", "show", "tests"), Run("recent", "--session", "tests") })
        {
            Assert.Equal(1, several.Code);
            Assert.Contains($"{tests}", several.Error, StringComparison.Ordinal);
            Assert.Contains($"{_session.Manifest.Id}", several.Error, StringComparison.Ordinal);
            Assert.DoesNotContain($"{design}", several.Error, StringComparison.Ordinal);
        }

        Assert.Contains(" 1 line ", Run("session", "list").Output, StringComparison.Ordinal);
        Assert.Contains($"follows    {design}", Run("session", "show", $"{tests}").Output, StringComparison.Ordinal);
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
