namespace Steno.Tests.Simulation;

/// <summary>One life in which the first call of the disk fails, then the second, and so on until none is left.</summary>
/// <param name="survivals">Of what is cached when the power goes, for the sweep of a call.</param>
internal sealed class LifeSweep(LifeStep[] steps, Func<DiskFaultKind, int, Survival[]> survivals)
{
    /// <param name="calls">How many there were.</param>
    /// <returns>What was violated, and at which call.</returns>
    public string? Run(DiskFaultKind kind, bool forGood, LifeEnd end, bool liesAboutSyncs, bool liesAboutNames, out int calls)
    {
        for (int call = 1; ; call++)
        {
            calls = 0;
            foreach (Survival survival in survivals(kind, call))
            {
                using SimulatedRecorder recorder = new(liesAboutSyncs, liesAboutNames);
                recorder.Live(new Life(steps, [new DiskFault(call, kind, forGood)], end, call), survival);
                calls = Math.Max(calls, recorder.Calls);
                if (recorder.FindViolation() is { } violation) return $"call {call}, {kind}: {violation}";
            }

            if (calls < call) return null;
        }
    }
}
