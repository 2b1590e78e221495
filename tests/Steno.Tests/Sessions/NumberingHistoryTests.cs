using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Steno.Core;
using Steno.Core.Files;
using Steno.Core.Messages;
using Steno.Core.Numbering;
using Steno.Core.Sessions;
using Steno.Recorder;
using Steno.Tests.Commands;
using Steno.Tests.Messages;
using Steno.Tests.Support;

namespace Steno.Tests.Sessions;

/// <summary>
/// What a start knows of publishers' numbers, from session.json and the journals, after whatever happened to
/// the recorder before it. Real files.
/// </summary>
public sealed class NumberingHistoryTests : IDisposable
{
    private static readonly Guid Run = Guid.Parse("aaaaaaaa-7c1e-7d30-8d3a-2b6c5f0e9a11");

    private readonly TemporaryDirectory _directory = new();
    private readonly LogDirectory _logs;
    private readonly FakeTimeProvider _time = new();
    private readonly LineComposer _composer = TestComposer.New();
    private readonly OpenedSession _opened;
    private readonly PublisherLedger _ledger;
    private readonly LiveSession _live;

    public NumberingHistoryTests()
    {
        _logs = new LogDirectory(_directory.Join("logs"));
        Disk.Real.CreateDirectory(_logs.Root);
        _opened = new SessionOpener(_logs, _composer, _time).Open();
        _ledger = new NumberingHistory(_logs, _time).Read(_opened);
        _live = new LiveSession(_opened, _logs, _composer, _time, null, _ => { }, reserveBytes: 0);
        _live.Renumbering += _ledger.Renumber;
    }

    private SessionManifest Kept => SessionManifest.Load(_logs.SessionFile)!;

    public void Dispose()
    {
        _live.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public async Task What_was_vouched_for_is_kept_and_the_lines_behind_it_are_read()
    {
        using SessionVoucher voucher = Vouch();
        Say(1, 2, 4);
        _live.Commit();
        await PassUntilAsync(() => Kept.Numbering is { Seq: > 0 });
        SavedNumbering kept = Kept.Numbering!;
        Assert.Equal("unknown", Kept.Verdict!.Value);
        Assert.Equal(_live.Current.Writer.DurableEnd.Offset, kept.Offset);
        Say(6);
        _live.Commit();

        PublisherFacts run = Assert.Single(Killed().Facts().Publishers);
        Assert.Equal((6L, 2L), (run.Last, run.Awaited));
        SayNothingOf(kept);
    }

    /// <summary>Else who asks after a kill would hear that nothing was missing.</summary>
    [Fact]
    public async Task That_something_is_missing_is_kept_within_a_second()
    {
        Verdict verdict = new(Verdict.Unknown, "for a test");
        using SessionVoucher voucher = new(() => _live.Current, _time, NullLogger.Instance, _ledger, _ => verdict);
        Say(1);
        _live.Commit();
        await PassUntilAsync(() => Kept.Verdict is not null);
        Say(3);
        _live.Commit();
        long kept = Kept.Verified.Seq;
        for (int n = 0; n < 5; n++) _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((kept, Verdict.Unknown), (Kept.Verified.Seq, Kept.Verdict!.Value)); // the control: a minute has not passed

        verdict = new Verdict(Verdict.Incomplete, "Number 2 did not arrive.");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal((Verdict.Incomplete, verdict.Reason), (Kept.Verdict!.Value, Kept.Verdict.Reason));
    }

    /// <summary>A line that is not durable is no line: what it said must not be kept.</summary>
    [Fact]
    public async Task What_rests_on_lines_that_are_not_durable_is_not_kept()
    {
        using SessionVoucher voucher = Vouch();
        Say(1);
        _live.Commit();
        Say(2); // in memory only
        await PassUntilAsync(() => Kept.Verified.Seq >= 2);
        Assert.Null(Kept.Numbering);

        _live.Commit();
        Say(3);
        await PassUntilAsync(() => Kept.Verified.Seq >= 3);
        Assert.Equal(3, Kept.Numbering!.Seq); // of the first time: durable since
        Assert.Equal(2, Assert.Single(Kept.Numbering.Publishers).Last);
    }

    [Fact]
    public void A_stop_keeps_everything_and_the_next_start_reads_nothing()
    {
        Say(1, 3);
        _live.Commit();
        _live.Current.Record.Keep(
            _ledger.Save(_live.Current.Writer.DurableEnd.Offset), new SessionVerdict("unknown", "for a test", 3, _time.GetUtcNow()));
        Assert.True(_live.Close());
        Assert.Equal("for a test", Kept.Verdict!.Reason);

        OpenedSession next = new SessionOpener(_logs, _composer, _time).Open();
        using (next.Writer)
        {
            Assert.Null(Kept.Verdict); // another recorder may change it from here on
            Assert.Equal(_live.Current.Writer.DurableEnd.Offset, next.Manifest.Numbering!.Offset);
            Assert.Equal(1, Assert.Single(new NumberingHistory(_logs, _time).Read(next).Facts().Publishers).Awaited);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_child_session_goes_on_with_what_its_parent_had_counted(bool wasKept)
    {
        Say(1, 2);
        _live.Commit();
        if (wasKept) _live.Current.Record.Vouch(_live.Current.Writer.DurableEnd, _ledger.Save(_live.Current.Writer.DurableEnd.Offset));
        Say(3);
        _live.Commit();
        Cut(lines: 1); // the last, which was recorded; and no copy has it
        Say(5);
        _live.Commit();
        Assert.NotEqual(_opened.Manifest.Id, _live.Current.Manifest.Id);
        PublisherFacts now = Assert.Single(_ledger.Facts().Publishers);

        PublisherFacts after = Assert.Single(Killed().Facts().Publishers);
        Assert.Equal((5L, 1L), (now.Last, now.Awaited));
        // The start counts what stands in the journals: line 3 is lost, as session.json says, and its number.
        Assert.Equal((5L, 2L), (after.Last, after.Awaited));
        Assert.Contains(_live.Current.Manifest.KnownDamage, d => d.IsLoss);
    }

    /// <summary>Live and after a start alike; where the book was kept in between, and where the journals alone say it.</summary>
    [Theory]
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void A_gap_is_the_sessions_that_told_it_and_one_that_ended_in_good_order_answers_for_it(bool isOrderly, bool wasKept)
    {
        Guid parent = _live.Current.Manifest.Id;
        Say(1, 3);
        Tell();
        Say(4);
        _live.Commit();
        if (isOrderly)
        {
            _live.Ask(SuccessionOrder.New(null));
            _live.SucceedIfDue();
        }
        else
        {
            Cut(lines: 1);
        }

        Say(7);
        Tell();
        _live.Commit();
        Assert.NotEqual(parent, _live.Current.Manifest.Id);
        if (wasKept) _live.Current.Record.Vouch(_live.Current.Writer.DurableEnd, _ledger.Save(_live.Current.Writer.DurableEnd.Offset));

        foreach (PublisherFacts run in (PublisherFacts[])[Assert.Single(_ledger.Facts().Publishers), Assert.Single(Killed().Facts().Publishers)])
        {
            EarlierGapFacts gap = Assert.Single(run.Earlier);
            Assert.Equal((parent, isOrderly, new NumberRange(2, 2)), (gap.Session, gap.IsJudged, Assert.Single(gap.Ranges)));
            Assert.Contains(new NumberRange(5, 6), run.OwnRanges);
            Assert.DoesNotContain(run.OwnRanges, range => range.From <= 2 && 2 <= range.To);
        }
    }

    /// <summary>The child trusts the sealed session's verdict to name them, so that one must.</summary>
    [Theory]
    [InlineData(true, "incomplete", "Number 2 of a did not arrive.")]
    [InlineData(false, "unknown", "The recorder ended without a word.")]
    public void A_session_that_is_sealed_without_a_recorder_after_a_kill_is_judged_by_its_numbers(bool lacksOne, string value, string reason)
    {
        Say(1, lacksOne ? 3 : 2);
        if (lacksOne) Tell();
        _live.Commit();
        _live.Dispose();
        VerbRun run = VerbRun.Of("session", "new", "--logs", _logs.Root);
        Assert.True(run.Code == 0, run.Error);
        JsonElement verdict = VerbRun.Of("session", "list", "--json", "--logs", _logs.Root).Json.GetProperty("sessions")[1].GetProperty("verdict");
        Assert.Equal(value, verdict.GetProperty("value").GetString());
        Assert.StartsWith(reason, verdict.GetProperty("reason").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Where_the_sealed_session_is_gone_nothing_is_called_missing_and_nothing_proven()
    {
        Say(1, 2, 3);
        _live.Commit();
        Cut(lines: 1);
        Say(4);
        _live.Commit();
        Directory.Delete(_logs.Archive, recursive: true);

        NumberingFacts facts = Killed().Facts();
        PublisherFacts run = Assert.Single(facts.Publishers);
        Assert.Equal((4L, 0L, 0L), (run.Last, run.Awaited, run.Missing));
        Assert.Equal(1, facts.Unproven);
    }

    [Fact]
    public void Lines_of_the_earlier_system_have_no_numbers()
    {
        using TemporaryDirectory other = new();
        LogDirectory logs = new(other.Join("logs"));
        Disk.Real.CreateDirectory(logs.Root);
        File.WriteAllText(logs.CurrentJournal, """{"Id":"1","SpeakerName":"a","Message":"m","Metadata":{}}""" + "\n");
        OpenedSession opened = new SessionOpener(logs, TestComposer.New(), _time).Open();
        using (opened.Writer) Assert.Equal("the earlier system", new NumberingHistory(logs, _time).Read(opened).Facts().Unnumbered);
    }

    private SessionVoucher Vouch() => new(
        () => _live.Current, _time, NullLogger.Instance, _ledger, _ => new Verdict(Verdict.Unknown, "for a test"));

    /// <summary>The recorder is killed, and the next one starts.</summary>
    private PublisherLedger Killed()
    {
        _live.Dispose();
        OpenedSession next = new SessionOpener(_logs, TestComposer.New(), _time).Open();
        using (next.Writer) return new NumberingHistory(_logs, _time).Read(next);
    }

    /// <summary>The control: without the lines behind what was kept, the start knows less.</summary>
    private void SayNothingOf(SavedNumbering kept)
    {
        OpenedSession again = new SessionOpener(_logs, TestComposer.New(), _time).Open();
        using (again.Writer)
        {
            again.Record.Vouch(again.Writer.DurableEnd, kept with { Offset = again.Writer.DurableEnd.Offset });
            Assert.Equal(4, Assert.Single(new NumberingHistory(_logs, _time).Read(again).Facts().Publishers).Last);
        }
    }

    private void Cut(int lines)
    {
        Disk.Real.CreateDirectory(Path.GetDirectoryName(_logs.RecoveryFile)!);
        Assert.True(SpinWait.SpinUntil(TakeCopysPlace, TimeSpan.FromSeconds(10)));
        byte[] journal = File.ReadAllBytes(_logs.CurrentJournal);
        int end = journal.Length;
        for (int i = 0; i < lines; i++) end = journal.AsSpan(0, end - 1).LastIndexOf((byte)'\n') + 1;
        using (FileStream file = new(_logs.CurrentJournal, FileMode.Open, FileAccess.Write)) file.SetLength(end);
        _time.Advance(TimeSpan.FromSeconds(1));
        _live.Look();
    }

    /// <summary>Then no copy can be made; between the two calls one may be.</summary>
    private bool TakeCopysPlace()
    {
        if (File.Exists(_logs.RecoveryFile)) File.Delete(_logs.RecoveryFile);
        try
        {
            Directory.CreateDirectory(_logs.RecoveryFile);
            return true;
        }
        catch (IOException) when (File.Exists(_logs.RecoveryFile))
        {
            return false;
        }
    }

    /// <summary>What has waited long enough is told, as the scribe does.</summary>
    private void Tell()
    {
        _time.Advance(PublisherLedger.Grace);
        while (_ledger.TakeNotice() is { } notice)
        {
            LineBuffer line = _live.BeginLine();
            long seq = _live.NextSeq;
            _composer.ComposeEvent(notice.ToEvent(), seq, _time.GetUtcNow(), line);
            _live.EndLine(_time.GetUtcNow());
            _ledger.Told(seq);
        }
    }

    private void Say(params int[] numbers)
    {
        foreach (int n in numbers)
        {
            byte[] payload = Encoding.UTF8.GetBytes(
                $$$"""{"sender_id":"a","content":{"message":"x"},"metadata":{"publisher_run":"{{{Run}}}","publisher_seq":{{{n}}}}}""");
            LineBuffer line = _live.BeginLine();
            long seq = _live.NextSeq;
            Composed.Compose(_composer, [payload], seq, MessageSource.Broker, null, line);
            _live.EndLine(_time.GetUtcNow());
            _ledger.Note(_composer.Number, _composer.Speaker, seq, MessageTraits.None);
        }
    }

    private async Task PassUntilAsync(Func<bool> holds)
    {
        _time.Advance(TimeSpan.FromSeconds(61));
        await Eventually.BecomesTrueAsync(
            () =>
            {
                _time.Advance(TimeSpan.FromSeconds(1));
                return holds();
            },
            "session.json is saved");
    }
}
