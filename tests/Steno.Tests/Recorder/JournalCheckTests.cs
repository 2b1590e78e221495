using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Numbering;
using Steno.Core.Sessions;
using Steno.Recorder;
using Steno.Tests.Support;

namespace Steno.Tests.Recorder;

public sealed class JournalCheckTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LogDirectory _logs;

    public JournalCheckTests()
    {
        _logs = new LogDirectory(_directory.Join("logs"));
        Disk.Real.CreateDirectory(_logs.Root);
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Damage_in_the_older_part_is_entered_told_once_and_makes_the_verdict_incomplete()
    {
        OpenedSession made = Open(TimeProvider.System);
        for (int i = 0; i < 20; i++) Lines.Append(made.Writer, new string('x', 512 << 10));
        made.Close();
        using (FileStream journal = new(_logs.CurrentJournal, FileMode.Open, FileAccess.ReadWrite))
        {
            journal.Position = 100_000;
            journal.WriteByte((byte)'y'); // line 2
        }

        OpenedSession opened = Open(TimeProvider.System);
        List<string> happened = [];
        using LiveSession live = new(opened, _logs, TestComposer.New(), TimeProvider.System, null, happened.Add, reserveBytes: 0);
        using JournalCheck check = new(live, _logs.CurrentJournal, TimeProvider.System, NullLogger.Instance);
        Verdict losing = Judge([], check, lost: 3000);
        Assert.Equal(("incomplete", "3,000 messages were received and not recorded."), (losing.Value, losing.Reason));
        Assert.Equal("unknown", Judge(opened.Manifest.KnownDamage, check).Value);
        Assert.Contains("still being checked", Judge(opened.Manifest.KnownDamage, check).Reason, StringComparison.Ordinal);

        check.Start();
        await Eventually.BecomesTrueAsync(
            () =>
            {
                live.Look();
                return check.UncheckedBytes == 0;
            },
            "the older part is checked");

        Assert.Single(happened);
        Assert.True(live.Close());
        Assert.Contains("\"event\":\"gap\"", File.ReadLines(_logs.CurrentJournal).Last(), StringComparison.Ordinal);
        Verdict verdict = Judge(SessionManifest.Load(_logs.SessionFile)!.KnownDamage, check);
        Assert.Equal(("incomplete", "Line 2 lost, or not as written."), (verdict.Value, verdict.Reason));
    }

    private static Verdict Judge(IReadOnlyList<KnownDamage> damage, JournalCheck check, long lost = 0) => Verdict.Of(new VerdictGrounds
    {
        Damage = damage,
        Lost = lost,
        Waiting = 0,
        WaitsFor = TimeSpan.Zero,
        CheckProblem = check.Problem,
        UncheckedBytes = check.UncheckedBytes,
        Interruption = null,
        EarlierRecorder = null,
        Numbers = new PublisherLedger(TimeProvider.System).Facts(),
        DurableSeq = 1,
    });

    [Fact]
    public async Task The_recorder_vouches_at_once_for_a_session_then_each_minute_and_not_again_without_more()
    {
        FakeTimeProvider time = new();
        OpenedSession opened = Open(time);
        using JournalWriter writer = opened.Writer;
        Lines.Append(writer);
        writer.Commit();
        using SessionVoucher voucher = new(() => opened, time, NullLogger.Instance);

        time.Advance(TimeSpan.FromSeconds(1));
        await VouchesAsync("it vouches for the beginning");
        Lines.Append(writer);
        writer.Commit();
        time.Advance(TimeSpan.FromSeconds(58));
        Assert.NotEqual(writer.DurableEnd, SessionManifest.Load(_logs.SessionFile)!.Verified.Position);
        time.Advance(TimeSpan.FromSeconds(3));
        await VouchesAsync("it vouches for the end");

        DateTimeOffset vouched = SessionManifest.Load(_logs.SessionFile)!.Verified.At;
        time.Advance(TimeSpan.FromMinutes(5));
        Assert.Equal(vouched, SessionManifest.Load(_logs.SessionFile)!.Verified.At);

        Task VouchesAsync(string what) => Eventually.BecomesTrueAsync(
            () => SessionManifest.Load(_logs.SessionFile)!.Verified.Position == writer.DurableEnd, what);
    }

    private OpenedSession Open(TimeProvider time) => new SessionOpener(_logs, TestComposer.New(), time).Open();
}
