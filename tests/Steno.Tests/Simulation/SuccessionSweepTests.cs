namespace Steno.Tests.Simulation;

/// <summary>
/// Sessions that end on request, by size and by a load, on a disk of which every call fails in turn, or is the last
/// before the power goes. Exhaustive: each sweep ends where no call is left to fail.
/// </summary>
[Trait("Kind", "Sweep")]
public sealed class SuccessionSweepTests
{
    private static readonly LifeStep[] Steps =
    [
        LifeStep.Hear, LifeStep.SessionNew, LifeStep.Hear, LifeStep.LoadCheckpoint, LifeStep.Hear, LifeStep.Rotate, LifeStep.Hear,
        LifeStep.Commit,
    ];

    private static readonly LifeSweep Sweep = new(Steps, (kind, call) => kind is DiskFaultKind.PowerCut
        ? [Survival.OfNothing, Survival.OfEverything]
        : [Survival.OfSome(new Random(call))]);

    [Theory]
    [InlineData(DiskFaultKind.Refused, false, LifeEnd.Stopped)]
    [InlineData(DiskFaultKind.Refused, false, LifeEnd.PowerCut)]
    [InlineData(DiskFaultKind.Refused, true, LifeEnd.PowerCut)]
    [InlineData(DiskFaultKind.HalfDone, false, LifeEnd.Killed)]
    [InlineData(DiskFaultKind.Full, true, LifeEnd.Stopped)]
    [InlineData(DiskFaultKind.PowerCut, true, LifeEnd.PowerCut)]
    internal void Whatever_call_fails_the_old_session_or_the_new_goes_on_and_nothing_is_lost(
        DiskFaultKind kind, bool forGood, LifeEnd end)
    {
        Assert.Null(Sweep.Run(kind, forGood, end, false, false, out int calls));
        Assert.InRange(calls, 60, 400); // it came so far, and to an end
    }

    [Fact]
    internal void Power_that_goes_again_while_a_load_is_finished_or_undone_takes_nothing_either()
    {
        for (int first = 1; ; first += 7)
        {
            bool reached = true;
            for (int second = 1; ; second += 5)
            {
                using SimulatedRecorder recorder = new();
                recorder.Live(new Life([LifeStep.Hear, LifeStep.LoadCheckpoint, LifeStep.Hear, LifeStep.Commit],
                    [new DiskFault(first, DiskFaultKind.PowerCut)], LifeEnd.Stopped, first));
                reached = recorder.Calls >= first;
                recorder.Live(new Life([LifeStep.Hear, LifeStep.Commit], [new DiskFault(second, DiskFaultKind.PowerCut)], LifeEnd.Stopped, second));
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
