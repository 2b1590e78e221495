namespace Steno.Benchmarks;

/// <summary>The benchmark cannot go on; the message says why, and what to do.</summary>
internal sealed class BenchmarkException(string message, bool isUsage = false) : Exception(message)
{
    /// <summary>The command line was wrong, not the run.</summary>
    public bool IsUsage { get; } = isUsage;
}
