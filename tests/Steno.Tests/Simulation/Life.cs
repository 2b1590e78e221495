namespace Steno.Tests.Simulation;

/// <summary>What a simulated recorder does next, or what happens to it.</summary>
internal enum LifeStep
{
    Hear,
    HearLong,
    Flush,
    Commit,
    Look,
    Vouch,
    StopAndStart,
    SessionNew,
    Rotate,
    LoadCheckpoint,

    /// <summary>It is stopped, a repair is run, and it starts again; as the first step: the repair is before the start.</summary>
    Recover,
    ClockForward,
    ClockBack,
}

/// <summary>How the process ends, if its disk has not ended it before.</summary>
internal enum LifeEnd
{
    Stopped,
    Killed,
    PowerCut,
}

/// <summary>A recorder's process, from its start to its end, and what its disk does meanwhile.</summary>
/// <param name="Chance">Seeds what is left to chance: sizes, and what survives a power cut.</param>
internal sealed record Life(IReadOnlyList<LifeStep> Steps, IReadOnlyList<DiskFault> Faults, LifeEnd End, int Chance)
{
    public override string ToString() =>
        $"{{ {string.Join(' ', Steps)}; faults: {string.Join(", ", Faults)}; {End}; chance {Chance} }}";
}
