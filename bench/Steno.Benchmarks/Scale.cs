namespace Steno.Benchmarks;

/// <summary>How much is measured.</summary>
internal sealed record Scale
{
    /// <summary>
    /// Some seconds of the recorder at full speed: the ends of a run, known to some milliseconds, do not
    /// matter.
    /// </summary>
    public int RateMessages { get; init; } = 1_000_000;

    /// <summary>Odd: a median is then a measurement.</summary>
    public int RateRuns { get; init; } = 3;

    /// <summary>As the goal says.</summary>
    public int BurstMessages { get; init; } = 100_000;

    public int BurstRuns { get; init; } = 5;

    /// <summary>As the goal says.</summary>
    public int StockMessages { get; init; } = 10_000;

    public int StockRuns { get; init; } = 7;

    /// <summary>Messages a second.</summary>
    public int LatencyRate { get; init; } = 1_000;

    /// <summary>20 s: 200 beyond the 99th percentile.</summary>
    public int LatencyMessages { get; init; } = 20_000;

    public int StartUps { get; init; } = 40;

    /// <summary>Messages that <c>steno recent</c> finds in the journal.</summary>
    public int StartUpMessages { get; init; } = 20_000;

    /// <summary>With the recorder stopped, and as long without one.</summary>
    public TimeSpan BrokerWindow { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>The machine is another from second to second: many short windows.</summary>
    public int BrokerWindows { get; init; } = 20;

    public int Restarts { get; init; } = 3;

    public TimeSpan Overload { get; init; } = TimeSpan.FromSeconds(60);

    public int DiskBlocks { get; init; } = 256;

    public static Scale Full { get; } = new();

    public static Scale Quick { get; } = new()
    {
        RateMessages = 200_000,
        RateRuns = 1,
        BurstRuns = 1,
        StockRuns = 1,
        LatencyMessages = 3_000,
        StartUps = 10,
        StartUpMessages = 2_000,
        BrokerWindow = TimeSpan.FromSeconds(0.3),
        BrokerWindows = 2,
        Restarts = 1,
        Overload = TimeSpan.FromSeconds(5),
        DiskBlocks = 32,
    };
}
