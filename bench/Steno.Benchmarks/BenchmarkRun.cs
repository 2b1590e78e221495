using Steno.Benchmarks.Results;
using Steno.Benchmarks.Rows;

namespace Steno.Benchmarks;

/// <summary>The whole run: row after row, then the table.</summary>
internal static class BenchmarkRun
{
    /// <summary>In the order of measuring: rows that others are held against come first.</summary>
    public static IReadOnlyList<IRow> Rows { get; } =
    [
        new DiskRow(), new RateRow(), new BurstRow(), new StockRow(), new LatencyRow(), new StartUpRow(), new StoppedRow(),
        new RestartRow(), new OverloadRow(), new CheckpointRow(), new HistoryRow(),
    ];

    /// <returns>
    /// 1 if anything was lost or damaged. A missed goal is no failure: figures depend on the machine.
    /// </returns>
    public static async Task<int> RunAsync(BenchmarkOptions options, CancellationToken cancellation)
    {
        using Workshop shop = Workshop.Open(options);
        Machine machine = Machine.Describe(shop);
        if (machine.FileSystem is "tmpfs" or "ramfs")
            throw new BenchmarkException($"{options.Work} is memory, not a disk: name another place with --work");

        Findings findings = new();
        foreach (IRow row in Rows)
        {
            if (options.Rows.Count == 0 ? row.IsAskedFor : !options.Rows.Contains(row.Name)) continue;
            if (row.Missing(shop) is { } missing) findings.Skip(row.Name, missing);
            else await row.MeasureAsync(shop, findings, cancellation);
        }

        ResultTable table = new(machine, findings, options.IsQuick);
        Console.Write(table.ToMarkdown());
        string? folder = options.Results ?? (options.IsQuick ? null : Path.Combine(shop.Root, "bench", "results"));
        if (folder is not null) Findings.Progress($"results in {table.Save(folder)}.md and .json");
        return findings.Losses.Count == 0 ? 0 : 1;
    }
}
