namespace Steno.Tests.Simulation;

/// <summary>
/// One life of a recorder in which every call that changes the disk fails in turn, or is the last before the
/// power goes: once and for good, whatever survives. Exhaustive: each sweep ends where no call is left to fail.
/// </summary>
[Trait("Kind", "Sweep")]
public sealed class DiskSweepTests
{
    private static readonly LifeStep[] Steps =
    [
        LifeStep.Hear, LifeStep.Commit, LifeStep.HearLong, LifeStep.Flush, LifeStep.Hear, LifeStep.Commit, LifeStep.Vouch,
        LifeStep.Hear, LifeStep.Commit, LifeStep.StopAndStart, LifeStep.Hear, LifeStep.Commit, LifeStep.Hear, LifeStep.Look,
        LifeStep.Commit,
    ];

    private static readonly LifeSweep Sweep = new(
        Steps, (_, call) => [Survival.OfNothing, Survival.OfEverything, Survival.OfSome(new Random(call))]);

    [Theory]
    [InlineData(DiskFaultKind.Refused, false, LifeEnd.Stopped)]
    [InlineData(DiskFaultKind.Refused, false, LifeEnd.PowerCut)]
    [InlineData(DiskFaultKind.Refused, true, LifeEnd.Stopped)]
    [InlineData(DiskFaultKind.Refused, true, LifeEnd.PowerCut)]
    [InlineData(DiskFaultKind.HalfDone, false, LifeEnd.Killed)]
    [InlineData(DiskFaultKind.HalfDone, true, LifeEnd.PowerCut)]
    [InlineData(DiskFaultKind.Full, false, LifeEnd.Stopped)]
    [InlineData(DiskFaultKind.Full, true, LifeEnd.PowerCut)]
    [InlineData(DiskFaultKind.PowerCut, true, LifeEnd.PowerCut)]
    internal void Whatever_call_fails_nothing_recorded_is_lost(DiskFaultKind kind, bool forGood, LifeEnd end)
    {
        Assert.Null(Sweep.Run(kind, forGood, end, false, false, out int calls));
        Assert.InRange(calls, 40, 500); // it came so far, and to an end
    }

    [Fact]
    internal void Power_that_goes_again_while_the_damage_is_mended_takes_nothing_either()
    {
        for (int first = 1; ; first += 3)
        {
            bool reached = true;
            for (int second = 1; ; second++)
            {
                using SimulatedRecorder recorder = new();
                recorder.Live(new Life(Steps, [new DiskFault(first, DiskFaultKind.PowerCut)], LifeEnd.Stopped, first));
                reached = recorder.Calls >= first;
                DiskFault again = new(second, DiskFaultKind.PowerCut);
                recorder.Live(new Life([LifeStep.Hear, LifeStep.Commit], [again], LifeEnd.Stopped, second));
                bool ended = recorder.Calls < second;
                Assert.Null(recorder.FindViolation());
                if (ended) break;
            }

            if (!reached) return;
        }
    }

    /// <summary>The controls: a disk that only says it has synced loses what was recorded, and it is found.</summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    internal void Syncs_that_do_nothing_are_found_out(bool bytes, bool names) =>
        Assert.Contains("lost", Sweep.Run(DiskFaultKind.PowerCut, true, LifeEnd.PowerCut, bytes, names, out _), StringComparison.Ordinal);
}
