using System.Text.Json;
using Steno.Core.Sessions;
using Steno.Tests.Sessions;

namespace Steno.Tests.Commands;

/// <summary><c>steno recent</c> where the conversation has several sessions.</summary>
public sealed class RecentAcrossSessionsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LoadedSession _session;

    public RecentAcrossSessionsTests() => _session = new LoadedSession(_directory.Join("logs"));

    public void Dispose()
    {
        _session.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void It_goes_back_through_the_sessions_before_until_it_has_enough()
    {
        _session.Say(3);
        Guid first = _session.Manifest.Id;
        _session.New();
        _session.New("nothing-said");
        _session.New();
        _session.Say(2);

        VerbRun run = Recent("-n", "4");
        string[] lines = run.Output.TrimEnd().Split('\n');
        Assert.Equal(6, lines.Length);
        Assert.Contains($"session {first}", lines[0], StringComparison.Ordinal);
        Assert.EndsWith("number 2", lines[1], StringComparison.Ordinal);
        Assert.EndsWith("number 3", lines[2], StringComparison.Ordinal);
        Assert.Contains($"session {_session.Manifest.Id}", lines[3], StringComparison.Ordinal);
        Assert.EndsWith("number 5", lines[5], StringComparison.Ordinal);
        Assert.Equal([first, _session.Manifest.Id, _session.Manifest.Id], Sessions(Recent("-n", "3", "--json")));
        Assert.DoesNotContain("session", Recent("-n", "2").Output, StringComparison.Ordinal);
        Assert.Equal([_session.Manifest.Id, _session.Manifest.Id], Sessions(Recent("--json", "--session", $"{_session.Manifest.Id}")));
        Assert.Equal(3, Sessions(Recent("--json", "--session", $"{first}")).Length);
    }

    [Fact]
    public void A_loaded_session_goes_back_to_what_came_before_its_checkpoint()
    {
        _session.Say(1);
        Guid first = _session.Manifest.Id;
        _session.New();
        _session.Say(1);
        LoadSource checkpoint = LoadSource.Of(_session.Checkpoint());
        _session.Say(3);
        _session.Load(checkpoint);
        _session.Say(1);

        JsonElement[] messages = [.. Recent("--json").Json.GetProperty("messages").EnumerateArray()];
        Assert.Equal(["number 1", "number 2", "number 6"], messages.Select(message => message.GetProperty("text").GetString()));
        Assert.Equal(first, messages[0].GetProperty("session").GetGuid());
    }

    private static Guid[] Sessions(VerbRun run) =>
        [.. run.Json.GetProperty("messages").EnumerateArray().Select(message => message.GetProperty("session").GetGuid())];

    private VerbRun Recent(params string[] arguments) => VerbRun.Of(["recent", "--logs", _session.Logs.Root, .. arguments]);
}
