using Microsoft.Extensions.Logging.Abstractions;
using Steno.Core;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Sessions;
using Steno.Recorder;
using Steno.Tests.Support;

namespace Steno.Tests.Recorder;

public sealed class CheckpointerTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LogDirectory _logs;
    private readonly LiveSession _session;

    public CheckpointerTests()
    {
        _logs = new LogDirectory(_directory.Join("logs"));
        Disk.Real.CreateDirectory(_logs.Root);
        OpenedSession opened = new SessionOpener(_logs, TestComposer.New(), TimeProvider.System).Open();
        _session = new LiveSession(opened, _logs, TestComposer.New(), TimeProvider.System, null, _ => { }, 0);
    }

    public void Dispose()
    {
        _session.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task What_is_new_gets_a_checkpoint_when_it_is_time_and_what_is_not_gets_none()
    {
        using Checkpointer checkpoints = Start(TimeSpan.FromMilliseconds(20));
        Append();
        await Eventually.BecomesTrueAsync(() => Last(checkpoints) == _session.Current.Writer.DurableSeq, "all is in a checkpoint");
        int made = CheckpointCatalogue.Ids(_logs).Count;
        Append();
        await Eventually.BecomesTrueAsync(() => Last(checkpoints) == _session.Current.Writer.DurableSeq, "all is in a checkpoint again");
        Assert.InRange(CheckpointCatalogue.Ids(_logs).Count, made + 1, made + 1);
    }

    [Fact]
    public async Task Without_an_interval_only_who_asks_gets_one_and_the_end_does()
    {
        using Checkpointer checkpoints = Start(TimeSpan.Zero);
        Append();
        CheckpointManifest asked = await checkpoints.CreateAsync(new CheckpointRequest(CheckpointReason.Manual, "asked"));
        Assert.Equal(("unknown", asked.LastSeq), (asked.Verdict!.Value, Last(checkpoints)));
        Append();
        await checkpoints.FinishAsync();
        Assert.Equal(CheckpointReason.Shutdown, CheckpointCatalogue.FindNewest(_logs, asked.Session)!.Reason);
        Assert.Equal(2, CheckpointCatalogue.Ids(_logs).Count);
    }

    [Fact]
    public async Task Its_failure_is_told_and_the_next_one_is_made()
    {
        Disk.Real.CreateDirectory(_logs.Root);
        string inTheWay = _directory.File("logs/checkpoints", "in the way");
        using Checkpointer checkpoints = Start(TimeSpan.FromMilliseconds(20));
        Append();
        await Eventually.BecomesTrueAsync(() => checkpoints.Problem is not null, "the failure is told");
        Assert.Contains(inTheWay, checkpoints.Problem, StringComparison.Ordinal);
        await Assert.ThrowsAnyAsync<StenoException>(() => checkpoints.CreateAsync(new CheckpointRequest(CheckpointReason.Manual)));
        File.Delete(inTheWay);
        await Eventually.BecomesTrueAsync(() => checkpoints.Problem is null, "one is made");
    }

    [Fact]
    public async Task What_is_deleted_is_no_longer_counted_on()
    {
        using Checkpointer checkpoints = Start(TimeSpan.Zero);
        Append();
        CheckpointManifest first = await checkpoints.CreateAsync(new CheckpointRequest(CheckpointReason.Manual));
        await checkpoints.DeleteAsync(first.Id!);
        Assert.Null(Last(checkpoints));
        Append();
        CheckpointManifest second = await checkpoints.CreateAsync(new CheckpointRequest(CheckpointReason.Manual));
        long bytes = 0;
        CheckpointCatalogue.Read(_logs, second, piece => bytes += piece.Length);
        Assert.Equal(_session.Current.Writer.DurableBytes, bytes);
    }

    [Fact]
    public async Task Of_too_many_who_ask_at_once_some_are_refused_and_the_rest_get_theirs()
    {
        using Checkpointer checkpoints = Start(TimeSpan.Zero);
        List<Task<CheckpointManifest>> asked = [];
        bool isRefused = false;
        for (int i = 0; i < 10_000 && !isRefused; i++)
        {
            try
            {
                asked.Add(checkpoints.CreateAsync(new CheckpointRequest(CheckpointReason.Manual)));
            }
            catch (CheckpointRefusedException)
            {
                isRefused = true;
            }
        }

        Assert.True(isRefused);
        Assert.All(await Task.WhenAll(asked), made => Assert.Equal(_session.Current.Writer.DurableSeq, made.LastSeq));
    }

    [Fact]
    public async Task The_last_copy_of_a_line_is_not_deleted_while_recording_either()
    {
        using Checkpointer checkpoints = Start(TimeSpan.Zero);
        Append();
        CheckpointManifest made = await checkpoints.CreateAsync(new CheckpointRequest(CheckpointReason.Manual));
        byte[] journal = File.ReadAllBytes(_logs.CurrentJournal);
        await using (FileStream file = new(_logs.CurrentJournal, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
        {
            file.Write([.. journal[..100], (byte)(journal[100] ^ 1)]);
        }

        CheckpointRefusedException refused = await Assert.ThrowsAsync<CheckpointRefusedException>(() => checkpoints.DeleteAsync(made.Id!));
        Assert.Contains("line 1 ", refused.Message, StringComparison.Ordinal);
        Assert.Null(checkpoints.Progress);
    }

    private Checkpointer Start(TimeSpan interval)
    {
        Checkpointer checkpoints = new(_session, _logs, interval, TimeProvider.System, NullLogger.Instance);
        checkpoints.Start(_ => new CheckpointVerdict("unknown", "Nobody numbers.", 1, DateTimeOffset.UnixEpoch));
        return checkpoints;
    }

    private long? Last(Checkpointer checkpoints) => checkpoints.LastSeqOf(_session.Current.Manifest.Id);

    private void Append()
    {
        long seq = _session.NextSeq;
        _session.BeginLine().Write(System.Text.Encoding.UTF8.GetBytes(Lines.Body(seq)));
        _session.EndLine(DateTimeOffset.UnixEpoch);
        _session.Commit();
    }
}
