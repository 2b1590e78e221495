using Steno.Core.Numbering;
using Steno.Core.Sessions;
using Steno.Recorder;

namespace Steno.Tests.Recorder;

/// <summary>
/// <c>complete</c> is said of what is proven, and of nothing else: whatever speaks against it, alone, takes
/// it away.
/// </summary>
public sealed class VerdictTests
{
    private static readonly PublisherFacts Whole = new()
    {
        Name = "claude_code",
        Run = Guid.NewGuid(),
        Last = 1234,
        IsEnded = false,
        IsSuperseded = false,
        Missing = 0,
        MissingRanges = [],
        Awaited = 0,
        Doubles = 0,
    };

    private static readonly NumberingFacts WholeNumbers = new() { Publishers = [Whole], WholeSince = 10 };

    private static readonly VerdictGrounds Proven = new()
    {
        Damage = [],
        Lost = 0,
        Waiting = 0,
        WaitsFor = TimeSpan.Zero,
        CheckProblem = null,
        UncheckedBytes = 0,
        Interruption = null,
        EarlierRecorder = null,
        Numbers = WholeNumbers,
        DurableSeq = 1300,
    };

    [Fact]
    public void It_is_complete_up_to_the_last_number_when_nothing_speaks_against_it()
    {
        Verdict verdict = Verdict.Of(Proven);
        Assert.Equal(Verdict.Complete, verdict.Value);
        Assert.Equal("Up to line 1,300 every number that publishers announced is here (1 publisher; 1 has not said a last word).", verdict.Reason);
        Assert.Equal(Verdict.Complete, Verdict.Of(With(Whole with { IsSuperseded = true, IsLeftBehind = true })).Value);
        Assert.Contains("each said its last word", Verdict.Of(With(Whole with { IsEnded = true })).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Doubts))]
    public void A_single_doubt_makes_it_unknown(string because, object grounds)
    {
        Verdict verdict = Verdict.Of((VerdictGrounds)grounds);
        Assert.Equal(Verdict.Unknown, verdict.Value);
        Assert.Contains(because, verdict.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Losses))]
    public void A_single_loss_makes_it_incomplete_and_is_named(string because, object grounds)
    {
        Verdict verdict = Verdict.Of((VerdictGrounds)grounds);
        Assert.Equal(Verdict.Incomplete, verdict.Value);
        Assert.Contains(because, verdict.Reason, StringComparison.Ordinal);
    }

    /// <summary>Numbers 5 to 7 were told in a session before, 9 in this one.</summary>
    [Theory]
    [InlineData(true, false, "complete", "announced in it is here (1 publisher; 1 has not said a last word). Before this session: Numbers 5 to 7 of claude_code did not arrive in session 0")]
    [InlineData(false, false, "incomplete", "Numbers 5 to 7 of claude_code did not arrive in session 0")]
    [InlineData(true, true, "incomplete", "Number 9 of claude_code did not arrive. Before this session: Numbers 5 to 7 of claude_code did not arrive in session 0")]
    public void What_is_missing_in_a_session_before_is_named_with_it_and_counts_only_if_that_one_has_no_verdict(
        bool isJudged, bool isMissingHere, string value, string reason)
    {
        NumberRange[] missing = isMissingHere ? [new NumberRange(5, 7), new NumberRange(9, 9)] : [new NumberRange(5, 7)];
        PublisherFacts run = Whole with
        {
            Missing = missing.Sum(range => range.Count),
            MissingRanges = missing,
            Earlier = [new EarlierGapFacts(Guid.Empty, isJudged, [new NumberRange(5, 7)])],
        };

        Verdict verdict = Verdict.Of(With(run));

        Assert.Equal(value, verdict.Value);
        Assert.Contains(reason, verdict.Reason, StringComparison.Ordinal);
        GapStatus[] gaps = [.. GapStatus.Of(With(run).Numbers)];
        Assert.Equal(isMissingHere ? [(9L, null), (5, Guid.Empty.ToString())] : [(5, (string?)Guid.Empty.ToString())], gaps.Select(gap => (gap.From, gap.Session)));
    }

    /// <summary>A ground that nobody thought of here would be one that no test tries.</summary>
    [Fact]
    public void Every_ground_is_tried()
    {
        string[] tried = [nameof(VerdictGrounds.Numbers), nameof(VerdictGrounds.DurableSeq), .. Changed<VerdictGrounds>(g => g, Proven)];
        Assert.Equal(typeof(VerdictGrounds).GetProperties().Where(p => p.CanWrite).Select(p => p.Name).Order(), tried.Distinct().Order());
        Assert.Equal(
            typeof(NumberingFacts).GetProperties().Where(p => p.CanWrite).Select(p => p.Name).Order(),
            Changed(g => g.Numbers, WholeNumbers).Distinct().Order());
    }

    public static TheoryData<string, object> Doubts() => new()
    {
        { "3,000 messages were received and not recorded yet, the oldest 12 s ago.", Proven with { Waiting = 3000, WaitsFor = TimeSpan.FromSeconds(12) } },
        { "Lines behind line 45 of the journal may be lost", Proven with { Damage = [KnownDamage.OfUnknownEnd(45, 9000, default)] } },
        { "cannot be checked", Proven with { CheckProblem = "no descriptors" } },
        { "still being checked: 5 bytes", Proven with { UncheckedBytes = 5 } },
        { "could not hear", Proven with { Interruption = "What was said while the recorder could not hear is not known." } },
        { "older than", Proven with { EarlierRecorder = "The session is older than this recorder." } },
        { "(gemini, for one)", Proven with { Numbers = WholeNumbers with { Unnumbered = "gemini" } } },
        { "No publisher that numbers", Proven with { Numbers = WholeNumbers with { Publishers = [] } } },
        { "3 numbers of claude_code did not arrive yet", With(Whole with { Awaited = 3 }) },
        { "twice", With(Whole with { Doubles = 1 }) },
        { "without a last word: whether it said more after number 1,234", With(Whole with { IsSuperseded = true }) },
        { "not everything is known", Proven with { Numbers = WholeNumbers with { Unproven = 1 } } },
        { "on its way to the disk", Proven with { Numbers = WholeNumbers with { WholeSince = 1301 } } },
        { "on its way to the disk", Proven with { DurableSeq = 9 } },
    };

    public static TheoryData<string, object> Losses() => new()
    {
        { "Lines 5 to 6 lost", Proven with { Damage = [new KnownDamage("missing", 0, 0, 5, 6, default)] } },
        { "2 messages were received and not recorded", Proven with { Lost = 2 } },
        { "1 message is recorded by the beginning only", Proven with { Numbers = WholeNumbers with { Truncated = 1 } } },
        { "4 numbers of other publishers", Proven with { Numbers = WholeNumbers with { MissingForgotten = 4 } } },
        {
            "Numbers 5 to 7, 9 of claude_code did not arrive.",
            With(Whole with { Missing = 4, MissingRanges = [new NumberRange(5, 7), new NumberRange(9, 9)] })
        },
        { "Number 9 of claude_code", With(Whole with { Missing = 1, MissingRanges = [new NumberRange(9, 9)] }) },
        { "and more, 9 in all,", With(Whole with { Missing = 9, MissingRanges = [new NumberRange(9, 9)] }) },
    };

    private static VerdictGrounds With(PublisherFacts run) => Proven with { Numbers = WholeNumbers with { Publishers = [run] } };

    private static IEnumerable<string> Changed<T>(Func<VerdictGrounds, T> part, T whole) => Doubts().Concat(Losses())
        .Select(row => part((VerdictGrounds)((ITheoryDataRow)row).GetData()[1]!))
        .SelectMany(changed => typeof(T).GetProperties().Where(p => p.CanWrite && !Equals(p.GetValue(changed), p.GetValue(whole))))
        .Select(p => p.Name);
}
