using Microsoft.Extensions.Time.Testing;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Recovery;
using Steno.Core.Restoration;
using Steno.Core.Sessions;

namespace Steno.Tests.Sessions;

/// <summary>Since when nobody listened is known whatever is lost, mended or begun between two recorders.</summary>
public sealed class UnheardTimeTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new(inMemory: true);
    private readonly FakeTimeProvider _clock = new(DateTimeOffset.UnixEpoch.AddYears(56));
    private readonly LogDirectory _logs;
    private CheckpointManifest? _checkpoint;

    public UnheardTimeTests() => _logs = new LogDirectory(_directory.Join("logs"));

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("nothing")]
    [InlineData("journal deleted")]
    [InlineData("journal deleted, recovered")]
    [InlineData("journal and its copy deleted")]
    [InlineData("journal cut")]
    [InlineData("session.json deleted")]
    [InlineData("session.json deleted, recovered")]
    [InlineData("another session begun")]
    [InlineData("checkpoint loaded")]
    [InlineData("opened, and killed again")]
    [InlineData("another session begun", "session.json deleted, recovered")]
    [InlineData("journal deleted, recovered", "session.json deleted")]
    [InlineData("trial touched")]
    [InlineData("trial emptied", "session.json deleted")]
    [InlineData("another session begun", "trial emptied, session.json deleted")]
    [InlineData("all deleted")]
    public void A_kill_is_remembered_until_a_recorder_listens_again(string between, string then = "nothing")
    {
        DateTimeOffset heard = Record(kill: true);
        _clock.Advance(TimeSpan.FromHours(1));
        Do(between);
        _clock.Advance(TimeSpan.FromHours(1));
        Do(then);

        using (LoadedSession next = new(_logs.Root, time: _clock))
        {
            UnheardTime? unheard = next.Live.Current.Recovery.Unheard;
            Assert.Equal(heard, unheard?.Since);
            Assert.Equal((between + then).Contains("session.json", StringComparison.Ordinal) || between == "all deleted", unheard?.Reason?.Contains("is not known", StringComparison.Ordinal));
            next.Live.Current.Record.NoteUnheard(null);
            next.Close();
        }

        AssertOrderly();
    }

    /// <summary>While messages come the disk is not tried, and the new session has none of its own yet.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_heard_in_a_session_that_has_just_ended_is_a_sign_of_life(bool load)
    {
        DateTimeOffset heard;
        using (LoadedSession session = new(_logs.Root, time: _clock))
        {
            File.WriteAllText(_logs.TrialFile, $"{_clock.GetUtcNow():O}\n");
            session.Say(2);
            CheckpointManifest checkpoint = session.Checkpoint();
            _clock.Advance(TimeSpan.FromMinutes(20));
            session.Say(1);
            heard = _clock.GetUtcNow();
            _clock.Advance(TimeSpan.FromSeconds(1));
            if (load) session.Load(LoadSource.Of(checkpoint));
            else session.New();
            session.Live.Dispose();
        }

        _clock.Advance(TimeSpan.FromHours(1));
        using LoadedSession next = new(_logs.Root, time: _clock);
        Assert.Equal(heard, next.Live.Current.Recovery.Unheard?.Since);
    }

    [Theory]
    [InlineData("nothing")]
    [InlineData("journal deleted")]
    [InlineData("journal deleted, recovered")]
    [InlineData("another session begun")]
    public void After_a_stop_in_good_order_there_is_no_such_time(string between)
    {
        Record(kill: false);
        Do(between);
        AssertOrderly();
    }

    private void AssertOrderly()
    {
        using LoadedSession last = new(_logs.Root, time: _clock);
        Assert.Null(last.Live.Current.Recovery.Unheard);
    }

    /// <returns>When the last line was received.</returns>
    private DateTimeOffset Record(bool kill)
    {
        using LoadedSession session = new(_logs.Root, time: _clock);
        session.Say(3);
        _checkpoint = session.Checkpoint();
        _clock.Advance(TimeSpan.FromMinutes(1));
        session.Live.Current.Record.Vouch(session.Live.Current.Writer.DurableEnd); // long before the end
        _clock.Advance(TimeSpan.FromMinutes(1));
        session.Say(1);
        DateTimeOffset heard = _clock.GetUtcNow();
        File.WriteAllText(_logs.TrialFile, $"{heard:O}\n");
        if (kill) session.Live.Dispose(); // which lets the copy catch up
        else session.Close();
        return heard;
    }

    private void Do(string between)
    {
        string[] steps = between.Split(", ");
        if (steps[0].StartsWith("journal", StringComparison.Ordinal) && steps[0] != "journal cut") File.Delete(_logs.CurrentJournal);
        switch (steps[0])
        {
            case "journal and its copy deleted":
                File.Delete(_logs.RecoveryFile);
                break;
            case "journal cut":
                using (FileStream journal = File.OpenWrite(_logs.CurrentJournal)) journal.SetLength(journal.Length / 2);
                break;
            case "session.json deleted":
                File.Delete(_logs.SessionFile);
                break;
            case "all deleted":
                foreach (string file in new[] { _logs.CurrentJournal, _logs.SessionFile, _logs.RecoveryFile }) File.Delete(file);
                Directory.Delete(_logs.Checkpoints, recursive: true);
                break;
            case "trial emptied":
                File.WriteAllText(_logs.TrialFile, "");
                break;
            case "trial touched":
                File.SetLastWriteTimeUtc(_logs.TrialFile, _clock.GetUtcNow().UtcDateTime);
                break;
            case "another session begun":
                using (StoppedSessions stopped = new(_logs, _clock)) stopped.New(null);
                break;
            case "checkpoint loaded":
                using (StoppedSessions stopped = new(_logs, _clock)) stopped.Load(loader => LoadSource.Of(_checkpoint!).Prepare(loader));
                break;
            case "opened, and killed again":
                new LoadedSession(_logs.Root, time: _clock).Dispose();
                break;
        }

        if (steps is [_, "session.json deleted"]) File.Delete(_logs.SessionFile);
        else if (steps.Length > 1) new LogRecovery(_logs, _clock).Run();
    }
}
