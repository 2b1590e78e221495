using CsCheck;

namespace Steno.Tests.Simulation;

/// <summary>
/// Recorders that live, fail and die in any manner that a disk, a clock and a wire can devise: all that was
/// called recorded is there afterwards, to the byte and in its order. CsCheck prints the seed of a violation;
/// with it in the variable CsCheck_Seed the same one runs again.
/// </summary>
[Trait("Kind", "Sweep")]
public sealed class SimulationTests
{
    private static readonly int Seeds = Environment.GetEnvironmentVariable("STENO_SOAK") is { Length: > 0 } ? 100_000 : 10_000;

    private static readonly Gen<LifeStep> Step = Gen.Frequency(
        (8, Gen.Const(LifeStep.Hear)), (2, Gen.Const(LifeStep.HearLong)), (3, Gen.Const(LifeStep.Flush)), (6, Gen.Const(LifeStep.Commit)),
        (2, Gen.Const(LifeStep.Look)), (1, Gen.Const(LifeStep.Vouch)), (1, Gen.Const(LifeStep.StopAndStart)),
        (1, Gen.Const(LifeStep.ClockForward)), (1, Gen.Const(LifeStep.ClockBack)), (1, Gen.Const(LifeStep.SessionNew)),
        (1, Gen.Const(LifeStep.Rotate)), (1, Gen.Const(LifeStep.LoadCheckpoint)), (1, Gen.Const(LifeStep.Recover)));

    private static readonly Gen<DiskFault> Fault =
        from call in Gen.Int[1, 90]
        from kind in Gen.Frequency(
            (3, Gen.Const(DiskFaultKind.Refused)), (2, Gen.Const(DiskFaultKind.HalfDone)), (1, Gen.Const(DiskFaultKind.Full)),
            (2, Gen.Const(DiskFaultKind.PowerCut)))
        from forGood in Gen.Frequency((3, Gen.Const(false)), (1, Gen.Const(true)))
        select new DiskFault(call, kind, forGood);

    private static readonly Gen<Life> OneLife =
        from steps in Step.Array[0, 18]
        from faults in Fault.Array[0, 3]
        from end in Gen.Enum<LifeEnd>()
        from chance in Gen.Int
        select new Life(steps, faults, end, chance);

    private static readonly Gen<Life[]> Lives = OneLife.Array[1, 5];

    [Fact]
    public void What_was_recorded_is_recovered() => Lives.Sample(
        lives =>
        {
            if (Explain(lives) is { } violation) Assert.Fail(violation);
        },
        iter: Seeds,
        print: lives => string.Join(Environment.NewLine, lives.Select(life => life.ToString())));

    /// <summary>The controls: the same with a disk that only says it has synced.</summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void A_disk_that_lies_is_found_out(bool aboutBytes, bool aboutNames)
    {
        int found = 0;
        Lives.Sample(
            lives =>
            {
                if (Violation(lives, aboutBytes, aboutNames) is not null) Interlocked.Increment(ref found);
            },
            iter: 300);
        Assert.InRange(found, 30, 300);
    }

    private static string? Explain(Life[] lives)
    {
        if (Violation(lives) is null) return null;
        List<string> trace = [];
        string? violation = Violation(lives, trace: trace.Add);
        return $"{violation}{Environment.NewLine}{string.Join(Environment.NewLine, trace)}";
    }

    private static string? Violation(
        Life[] lives, bool liesAboutSyncs = false, bool liesAboutNames = false, Action<string>? trace = null)
    {
        using SimulatedRecorder recorder = new(liesAboutSyncs, liesAboutNames, trace);
        foreach (Life life in lives)
        {
            trace?.Invoke($"-- a life: {life}");
            recorder.Live(life);
        }

        return recorder.FindViolation();
    }
}
