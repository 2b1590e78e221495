using System.Text.Json.Serialization;

namespace Steno.Benchmarks.Results;

/// <summary>One line of the table.</summary>
internal sealed record Measurement
{
    /// <summary>The row that measured it, as the command line names it.</summary>
    public required string Row { get; init; }

    public required string What { get; init; }

    /// <summary>The figure: of several runs, the median.</summary>
    public required double Value { get; init; }

    public required string Unit { get; init; }

    /// <summary>Of the figure to what it is held against in the same run.</summary>
    public double? Ratio { get; init; }

    public Goal? Goal { get; init; }

    /// <summary>Each run's figure, in order: how noisy it was.</summary>
    public IReadOnlyList<double> Runs { get; init; } = [];

    public string? Note { get; init; }

    [JsonIgnore]
    public double Spread => Runs.Count < 2 || Value == 0 ? 0 : (Runs.Max() - Runs.Min()) / Value;
}
