using System.Text.Json;
using Steno.Core.Sessions;
using Steno.Tests.Sessions;

namespace Steno.Tests.Commands;

/// <summary>A stop on a full disk lost messages, and said how many: whatever becomes of the session, it says so from then on.</summary>
public sealed class UnrecordedMessagesTests : IDisposable
{
    private const string Lost = "400 messages were received and not recorded.";

    private readonly TemporaryDirectory _directory = new();
    private readonly LoadedSession _session;

    public UnrecordedMessagesTests() => _session = new LoadedSession(_directory.Join("logs"));

    public void Dispose()
    {
        _session.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(false, "session", "new")]
    [InlineData(true, "session", "new")]
    [InlineData(false, "checkpoint", "load", "one", "--yes")]
    [InlineData(true, "checkpoint", "load", "one", "--yes")]
    public void A_session_that_lost_messages_is_incomplete_when_it_is_sealed_without_a_judge(bool isKilledBefore, params string[] sealing)
    {
        Fail(lost: 400);
        if (isKilledBefore)
        {
            _session.Open();
            _session.Die();
        }

        Assert.Equal(("incomplete", Lost), VerdictAt(0));
        Assert.Equal(0, Run(sealing).Code);
        Assert.Equal(("incomplete", Lost), VerdictAt(1));
        Assert.Equal(0, Run("verify", "--all").Code);
        Assert.Contains($"complete?  incomplete: {Lost}", Run("checkpoint", "show", NewestCheckpoint()).Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public void A_session_file_that_is_made_again_has_from_the_journal_what_a_start_told_there(bool isZeroed, bool isRecovered)
    {
        Fail(lost: 400);
        foreach (string _ in new[] { "tells", "has told" })
        {
            _session.Open();
            _session.Die();
        }

        Assert.Single(File.ReadLines(_session.Logs.CurrentJournal), line => line.Contains($"\"Message\":\"{Lost}\"", StringComparison.Ordinal)
            && line.Contains("\"event\":\"gap\",\"unrecorded\":400", StringComparison.Ordinal));
        if (isZeroed) File.WriteAllBytes(_session.Logs.SessionFile, new byte[new FileInfo(_session.Logs.SessionFile).Length]);
        else File.Delete(_session.Logs.SessionFile);
        if (isRecovered) Assert.Equal(0, Run("recover", "--yes").Code);
        else _session.Open();
        Assert.Equal(("incomplete", Lost), VerdictAt(0));
    }

    [Fact]
    public void The_session_file_of_a_sealed_session_that_is_made_again_has_the_number_too()
    {
        Fail(lost: 400);
        _session.Open();
        _session.Die();
        Assert.Equal(0, Run("session", "new").Code);
        Directory.Delete(_session.Logs.Checkpoints, recursive: true); // their verdict would say it
        File.Delete(Assert.Single(Directory.GetFiles(_session.Logs.Archive, "*.session.json")));
        Assert.Equal(0, Run("recover", "--yes").Code);
        Assert.Equal(("incomplete", Lost), VerdictAt(1));
    }

    [Fact]
    public void What_another_session_lost_is_not_told_of_the_one_that_begins_with_its_lines()
    {
        Fail(lost: 400);
        _session.Open();
        _session.Checkpoint("told");
        _session.Die();
        Assert.Equal(0, Run("checkpoint", "load", "told", "--yes").Code);
        File.Delete(_session.Logs.SessionFile);
        _session.Open();
        Assert.Equal((null, null), VerdictAt(0));
    }

    private void Fail(long lost)
    {
        _session.Say(3);
        _session.Checkpoint("one");
        OpenedSession current = _session.Live.Current;
        current.Record.Fail("The disk is full.", current.Writer.DurableEnd, lost, new SessionVerdict("incomplete", Lost, 4, DateTimeOffset.UnixEpoch));
        _session.Die();
    }

    private (string? Value, string? Reason) VerdictAt(int index)
    {
        JsonElement verdict = Run("session", "list", "--json").Json.GetProperty("sessions")[index].GetProperty("verdict");
        return verdict.ValueKind == JsonValueKind.Null ? (null, null) : (verdict.GetProperty("value").GetString(), verdict.GetProperty("reason").GetString());
    }

    private string NewestCheckpoint() => Run("checkpoint", "list", "--json").Json.GetProperty("checkpoints")[0].GetProperty("id").GetString()!;

    private VerbRun Run(params string[] arguments) => VerbRun.Of([.. arguments, "--logs", _session.Logs.Root]);
}
