using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace Steno.Benchmarks.Results;

/// <summary>What the figures were measured on: a figure without its machine says nothing.</summary>
internal sealed record Machine
{
    public required string Cpu { get; init; }

    public required int Cores { get; init; }

    public required double MemoryGiB { get; init; }

    public required string System { get; init; }

    public required string Kernel { get; init; }

    /// <summary>Of the directory that logs were written to.</summary>
    public required string FileSystem { get; init; }

    /// <summary>Of the benchmark itself; the product is compiled ahead of time.</summary>
    public required string Runtime { get; init; }

    public required string Steno { get; init; }

    /// <summary>
    /// How busy others kept it: runnable tasks over the minute before the start. Above 0.5, do not trust
    /// figures.
    /// </summary>
    public required double LoadBefore { get; init; }

    public required DateTimeOffset MeasuredAt { get; init; }

    public static Machine Describe(Workshop shop) => new()
    {
        Cpu = Field("/proc/cpuinfo", "model name"),
        Cores = Environment.ProcessorCount,
        MemoryGiB = Math.Round(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes / (double)(1 << 30), 1),
        System = RuntimeInformation.OSDescription,
        Kernel = File.ReadAllText("/proc/sys/kernel/osrelease").Trim(),
        FileSystem = new DriveInfo(shop.WorkDirectory).DriveFormat,
        Runtime = $"{RuntimeInformation.FrameworkDescription}, {RuntimeInformation.RuntimeIdentifier}",
        Steno = Version(shop.Steno),
        LoadBefore = double.Parse(File.ReadAllText("/proc/loadavg").Split(' ')[0], CultureInfo.InvariantCulture),
        MeasuredAt = TimeProvider.System.GetUtcNow(),
    };

    private static string Field(string file, string key) =>
        File.ReadLines(file).FirstOrDefault(line => line.StartsWith(key, StringComparison.Ordinal))
            ?.Split(':', 2)[1].Trim() ?? "unknown";

    private static string Version(string binary)
    {
        using Process process = Process.Start(new ProcessStartInfo(binary, ["version"]) { RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadToEnd().Trim();
    }
}
