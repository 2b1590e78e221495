using System.Globalization;
using Steno.Benchmarks.Results;

namespace Steno.Benchmarks.Rows;

/// <summary>A burst at full speed through <c>steno broker</c>: nothing may be lost.</summary>
internal sealed class BurstRow : IRow
{
    public string Name => "burst";

    public string Summary => "loss of a burst of 100,000 through steno broker, the publisher's high-water mark lifted";

    public string? Missing(Workshop shop) => shop.Native.Missing ?? shop.MissingVerb("broker");

    public async Task MeasureAsync(Workshop shop, Findings findings, CancellationToken cancellation)
    {
        int count = shop.Scale.BurstMessages;
        int lostBefore = findings.Losses.Count;
        List<double> rates = [];
        for (int run = 1; run <= shop.Scale.BurstRuns; run++)
        {
            Findings.Progress(string.Create(CultureInfo.InvariantCulture, $"burst, run {run}: {count:#,0} messages"));
            if (await FullSpeed.RecordAsync(shop, Name, count, brokered: true, findings, cancellation) is { } recorded)
                rates.Add(recorded.PerSecond);
        }

        int whole = shop.Scale.BurstRuns - (findings.Losses.Count - lostBefore);
        findings.Add(Name, "bursts recorded whole, in order, byte for byte", whole,
            string.Create(CultureInfo.InvariantCulture, $"of {shop.Scale.BurstRuns}"),
            new Goal("no loss", whole == shop.Scale.BurstRuns));
        if (rates.Count > 0) findings.Add(Name, "broker and recorder, durable", "messages/s", rates);
    }
}
