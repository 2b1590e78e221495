using System.Globalization;

namespace Steno.Benchmarks.Results;

/// <summary>
/// What a figure, or its ratio, should be. Missing it fails no run: machines differ, and others work on them
/// too.
/// </summary>
internal sealed record Goal(string Text, bool IsMet)
{
    public static Goal AtMost(double value, double limit, string unit) =>
        new(string.Create(CultureInfo.InvariantCulture, $"≤ {limit:#,0.###} {unit}"), value <= limit);

    public static Goal RatioAtLeast(double ratio, double limit) =>
        new(string.Create(CultureInfo.InvariantCulture, $"ratio ≥ {limit:0.##}"), ratio >= limit);
}
