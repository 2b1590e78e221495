using Steno.Benchmarks.Results;

namespace Steno.Benchmarks.Rows;

/// <summary>Something to measure, under the name that the command line knows.</summary>
internal interface IRow
{
    string Name { get; }

    string Summary { get; }

    /// <summary>Too long for every day: measured only when named.</summary>
    bool IsAskedFor => false;

    /// <summary>What is missing on this machine, so that the row is skipped; null if nothing is.</summary>
    string? Missing(Workshop shop) => shop.Native.Missing;

    Task MeasureAsync(Workshop shop, Findings findings, CancellationToken cancellation);
}
