using Steno.Core.Messages;
using Steno.Core.Numbering;

namespace Steno.Tests.Numbering;

/// <summary>What the ledger says, and when.</summary>
public sealed class PublisherLedgerTests
{
    private static readonly Guid A = Guid.Parse("aaaaaaaa-7c1e-7d30-8d3a-2b6c5f0e9a11");
    private static readonly Guid B = Guid.Parse("bbbbbbbb-7c1e-7d30-8d3a-2b6c5f0e9a11");

    private readonly LedgerUnderTest _test = new();

    private PublisherFacts Only => Assert.Single(_test.Ledger.Facts().Publishers);

    [Fact]
    public void Numbers_without_a_hole_tell_nothing()
    {
        for (int n = 1; n <= 100; n++) _test.Say("a", A, n);
        _test.PassGrace();
        Assert.Empty(_test.Told);
        Assert.Equal((100L, 0L, 0L, 0L), (Only.Last, Only.Missing, Only.Awaited, Only.Doubles));
        Assert.False(Only.IsEnded);
    }

    [Fact]
    public void A_hole_is_awaited_then_told_once()
    {
        Say(1, 2, 5, 6, 8);
        Assert.Equal(3, Only.Awaited);
        _test.Pass(PublisherLedger.Grace - TimeSpan.FromTicks(1));
        Assert.Empty(_test.Told);
        _test.Pass(TimeSpan.FromTicks(1));
        Assert.Equal(["missing 3-4,7"], _test.Told);
        Assert.Equal((3L, 0L), (Only.Missing, Only.Awaited));
        _test.PassGrace();
        Assert.Single(_test.Told);
    }

    [Fact]
    public void A_younger_hole_gets_its_own_grace()
    {
        Say(1, 3);
        _test.Pass(PublisherLedger.Grace / 2);
        Say(5);
        _test.Pass(PublisherLedger.Grace / 2);
        Assert.Equal(["missing 2"], _test.Told);
        _test.Pass(PublisherLedger.Grace / 2);
        Assert.Equal(["missing 2", "missing 4"], _test.Told);
    }

    [Fact]
    public void What_comes_within_the_grace_was_never_missing()
    {
        Say(1, 5, 3, 2, 4);
        _test.PassGrace();
        Assert.Empty(_test.Told);
        Assert.Equal((5L, 0L, 0L), (Only.Last, Only.Missing, Only.Awaited));
    }

    [Fact]
    public void What_comes_after_it_was_told_closes_the_gap()
    {
        Say(1, 5);
        _test.PassGrace();
        Say(3);
        Assert.Equal(2, Only.Missing);
        _test.PassGrace();
        Say(2, 4);
        _test.PassGrace();
        Assert.Equal(["missing 2-4", "late 3", "late 2,4"], _test.Told);
        Assert.Equal(0, Only.Missing);
        Say(3);
        Assert.Equal(1, Only.Doubles);
    }

    [Fact]
    public void A_run_that_is_heard_from_the_middle_lacks_its_beginning()
    {
        Say(4);
        _test.PassGrace();
        Assert.Equal(["missing 1-3"], _test.Told);
    }

    [Fact]
    public void A_number_that_comes_twice_with_another_message_is_named()
    {
        Say(1, 2, 3, 2, 2, 1);
        Assert.Equal(3, Only.Doubles);
        _test.PassGrace();
        Assert.Equal(["doubled 1-2"], _test.Told);
    }

    [Fact]
    public void The_same_message_on_a_second_way_is_no_double()
    {
        foreach (int n in new[] { 1, 2, 1, 2 }) _test.Say("a", A, n, id: $"m-{n}");
        _test.PassGrace();
        Assert.Empty(_test.Told);
        Assert.Equal(0, Only.Doubles);
    }

    [Fact]
    public void A_heartbeat_shows_a_lost_tail_and_is_none_of_the_numbers()
    {
        Say(1, 2);
        _test.Say("a", A, 0, last: 2);
        _test.PassGrace();
        Assert.Empty(_test.Told);
        _test.Say("a", A, 0, last: 4);
        _test.PassGrace();
        Assert.Equal(["missing 3-4"], _test.Told);
        Say(5);
        _test.PassGrace();
        Assert.Single(_test.Told);
    }

    [Fact]
    public void A_heartbeat_that_says_something_is_a_message_without_a_number()
    {
        Say(1);
        _test.Say("a", A, 0, last: 1);
        Assert.Null(_test.Ledger.Facts().Unnumbered);
        _test.Say("a", A, 0, last: 2, text: "By the way, we chose Redis.");
        Assert.Equal(1, Only.Awaited); // what it announces counts all the same
        Assert.Equal("a", _test.Ledger.Facts().Unnumbered);
        Assert.Equal("a", _test.Replayed(null).Facts().Unnumbered);
    }

    [Fact]
    public void A_last_word_ends_a_run_and_shows_a_lost_tail()
    {
        Say(1);
        _test.Say("a", A, 0, last: 3, isEnd: true);
        Assert.True(Only.IsEnded);
        _test.PassGrace();
        Assert.Equal(["missing 2-3"], _test.Told);
    }

    [Fact]
    public void The_last_message_may_be_the_last_word()
    {
        Say(1);
        _test.Say("a", A, 2, isEnd: true);
        Assert.True(Only.IsEnded);
        Say(3);
        Assert.False(Only.IsEnded);
    }

    [Fact]
    public void A_restart_is_no_gap_and_needs_a_last_word()
    {
        Say(1, 2, 3);
        for (int n = 1; n <= 2; n++) _test.Say("a", B, n);
        _test.PassGrace();
        Assert.Empty(_test.Told);
        PublisherFacts[] runs = [.. _test.Ledger.Facts().Publishers];
        Assert.Equal([(B, false, 2L), (A, true, 3L)], runs.Select(r => (r.Run, r.IsSuperseded, r.Last)));
        Assert.False(runs[1].IsEnded);
        _test.Say("a", A, 0, last: 3, isEnd: true);
        Assert.True(_test.Ledger.Facts().Publishers.Single(r => r.Run == A).IsEnded);
    }

    /// <summary>So are numbers that came twice. One that is heard again may go on for ever, and nobody knows to where.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_run_without_a_last_word_is_the_question_of_the_session_that_ended_in_good_order(bool isOrderly)
    {
        Say(1, 2, 2);
        _test.Say("a", B, 1);
        Assert.Equal((false, 1L), (First().IsLeftBehind, First().Doubles));
        Assert.Equal(0, _test.Ledger.Facts().WholeSince);

        _test.Ledger.Renumber(new EndedSession(Guid.NewGuid(), 100, isOrderly));

        Assert.Equal((isOrderly, isOrderly ? 0 : 1L), (First().IsLeftBehind, First().Doubles));
        PublisherLedger kept = new(_test.Time);
        kept.Load(_test.Ledger.Save(0)!);
        Assert.Equal(isOrderly, kept.Facts().Publishers.Single(run => run.Run == A).IsLeftBehind);

        Say(3);
        Assert.Equal((true, false), (First().IsSuperseded, First().IsLeftBehind));

        PublisherFacts First() => _test.Ledger.Facts().Publishers.Single(run => run.Run == A);
    }

    [Fact]
    public void Another_name_is_no_restart()
    {
        Say(1);
        _test.Say("b", B, 1);
        Assert.DoesNotContain(_test.Ledger.Facts().Publishers, run => run.IsSuperseded);
    }

    [Fact]
    public void More_holes_than_are_remembered_are_told_at_once_and_stay_counted()
    {
        for (int n = 1; n <= 601; n += 2) _test.Say("a", A, n);
        Assert.NotEmpty(_test.Told);
        _test.PassGrace();
        NumberRanges told = new();
        foreach (string line in _test.Told)
        {
            Assert.StartsWith("missing ", line, StringComparison.Ordinal);
            Assert.True(NumberRanges.TryParse(line["missing ".Length..], out NumberRanges numbers));
            told.AddAll(numbers);
        }

        Assert.Equal(300, told.Numbers);
        Assert.Equal(300, Only.Missing);
        Assert.InRange(Only.MissingRanges.Count, 1, 128);
    }

    [Fact]
    public void Runs_beyond_the_limit_push_out_those_silent_longest_and_no_gap_is_invented()
    {
        for (int i = 0; i < PublisherLedger.RunsMax; i++) _test.Say($"a{i}", Run(i), 1, isEnd: true);
        _test.Say("one more", B, 1);
        NumberingFacts facts = _test.Ledger.Facts();
        Assert.Equal(PublisherLedger.RunsMax, facts.Publishers.Count);
        Assert.DoesNotContain(facts.Publishers, run => run.Name == "a0");
        Assert.Equal(0, facts.Unproven); // it had ended, and was whole

        _test.Say("a0", Run(0), 7); // it had not, after all; and who knows what became of 2 to 6
        _test.PassGrace();
        Assert.Empty(_test.Told);
        Assert.Equal(1, _test.Ledger.Facts().Unproven);
    }

    [Fact]
    public void A_run_that_is_pushed_out_has_its_gap_told_first_and_stays_counted()
    {
        Say(1, 3);
        for (int i = 0; i < PublisherLedger.RunsMax; i++) _test.Say($"a{i}", Run(i), 1, isEnd: true);
        NumberingFacts facts = _test.Ledger.Facts();
        Assert.DoesNotContain(facts.Publishers, run => run.Run == A);
        Assert.Equal(["missing 2"], _test.Told);
        Assert.Equal((1L, 1L), (facts.MissingForgotten, facts.Unproven));
    }

    [Fact]
    public void Without_a_number_the_first_name_is_kept()
    {
        Say(1);
        Assert.Null(_test.Ledger.Facts().Unnumbered);
        _test.Record("""{"sender_id":"plain","content":"hi"}""");
        _test.Record("not json");
        Assert.Equal("plain", _test.Ledger.Facts().Unnumbered);
    }

    [Fact]
    public void What_is_recorded_by_its_beginning_only_is_counted_once()
    {
        _test.Record("{\"sender_id\":\"a\",\"content\":\"hi", new Truncation(1_000_000, new byte[32]));
        Assert.Equal(1, _test.Ledger.Facts().Truncated);
        Assert.Equal(1, _test.Replayed(null).Facts().Truncated);
        Assert.Equal(1, _test.Replayed(_test.Ledger.Save(0)).Facts().Truncated);
    }

    [Fact]
    public void What_is_whole_is_whole_since_the_line_that_made_it_so()
    {
        Say(1, 3, 4);
        Assert.Equal(0, _test.Ledger.Facts().WholeSince);
        Say(2);
        Assert.Equal(4, _test.Ledger.Facts().WholeSince);
        _test.Ledger.Renumber(new EndedSession(Guid.NewGuid(), 3, IsOrderly: false));
        Assert.Equal(2, _test.Ledger.Facts().WholeSince);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void What_was_told_before_a_session_began_is_that_sessions_until_it_arrives(bool isOrderly)
    {
        Say(1, 3, 6);
        _test.PassGrace();
        _test.Record("{\"sender_id\":\"b\",\"content\":\"hi", new Truncation(1_000_000, new byte[32]));
        Assert.Empty(Only.Earlier);
        Guid parent = Guid.NewGuid();
        _test.Ledger.Renumber(new EndedSession(parent, 100, isOrderly));
        Say(8);
        _test.PassGrace();

        EarlierGapFacts gap = Assert.Single(Only.Earlier);
        Assert.Equal((parent, isOrderly, "2,4-5"), (gap.Session, gap.IsJudged, Text(gap.Ranges)));
        Assert.Equal("7", Text(Only.OwnRanges));
        Assert.Equal(isOrderly ? (0, null) : (1, "b"), (_test.Ledger.Facts().Truncated, _test.Ledger.Facts().Unnumbered));
        PublisherLedger kept = new(_test.Time);
        kept.Load(_test.Ledger.Save(0)!);
        Assert.Equal("2,4-5", Text(Assert.Single(Assert.Single(kept.Facts().Publishers).Earlier).Ranges));

        Say(4);
        Assert.Equal("2,5", Text(Assert.Single(Only.Earlier).Ranges));
        Say(2, 5);
        Assert.Empty(Only.Earlier);
        Assert.Equal("7", Text(Only.MissingRanges));
    }

    [Fact]
    public void What_is_told_in_a_line_that_moves_to_the_new_session_is_the_new_ones()
    {
        Say(1, 3);
        _test.PassGrace();
        Say(5);
        _test.PassGrace(); // line 5 tells of 4
        Assert.Equal(["missing 2", "missing 4"], _test.Told);

        _test.Ledger.Renumber(new EndedSession(Guid.NewGuid(), 4, IsOrderly: false));

        Assert.Equal(("2", "4"), (Text(Assert.Single(Only.Earlier).Ranges), Text(Only.OwnRanges)));
    }

    [Fact]
    public void Of_more_sessions_with_gaps_than_are_kept_apart_the_oldest_become_one()
    {
        for (int n = 2; n <= 100; n += 2)
        {
            Say(n);
            _test.PassGrace();
            _test.Ledger.Renumber(new EndedSession(Run(n), 10_000, IsOrderly: true));
        }

        Assert.Equal((32, null, 50L), (Only.Earlier.Count, Only.Earlier[0].Session, Only.Earlier.Sum(gap => gap.Ranges.Sum(range => range.Count))));
        Assert.All(Only.Earlier, gap => Assert.True(gap.IsJudged));
    }

    [Fact]
    public void While_a_line_is_being_told_nothing_is_saved()
    {
        Say(1, 3);
        _test.Time.Advance(PublisherLedger.Grace);
        Assert.NotNull(_test.Ledger.TakeNotice());
        Assert.Null(_test.Ledger.Save(0));
        _test.Ledger.Told(3);
        Assert.NotNull(_test.Ledger.Save(0));
    }

    /// <summary>The hot path.</summary>
    [Fact]
    public void A_message_costs_no_allocation()
    {
        PublisherLedger ledger = new(TimeProvider.System);
        long seq = 0;
        long number = 0;
        long least = long.MaxValue;
        for (int round = 0; round < 20; round++) // the runtime allocates for itself until its code is warm
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 5000; i++)
            {
                number++;
                ledger.Note(default, "plain"u8, ++seq, MessageTraits.None);
                ledger.Note(new PublisherNumber(A, number, 0, false), "a"u8, ++seq, MessageTraits.None);
                ledger.Note(new PublisherNumber(B, number, number, false), "b"u8, ++seq, MessageTraits.None);
                if (ledger.IsFull || ledger.IsDue) Assert.Fail("Nothing is missing.");
            }

            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, least);
    }

    private static string Text(IEnumerable<NumberRange> ranges) =>
        string.Join(",", ranges.Select(range => range.From == range.To ? $"{range.From}" : $"{range.From}-{range.To}"));

    private static Guid Run(int i) => new(i + 1, 0, 0, [1, 2, 3, 4, 5, 6, 7, 8]);

    private void Say(params int[] numbers)
    {
        foreach (int n in numbers) _test.Say("a", A, n);
    }
}
