using System.Diagnostics;
using System.Globalization;
using System.Text.Json;

namespace Steno.Benchmarks.Processes;

/// <summary>Checkpoints as a user makes them: by the command.</summary>
internal static class Checkpoints
{
    /// <summary>The milliseconds of the command, and where in the journal its checkpoint ends.</summary>
    public static async Task<(double Ms, long End)> CreateAsync(Workshop shop, string logs, CancellationToken cancellation)
    {
        long started = MonotonicClock.Now;
        string answer = await RunAsync(shop.Steno, ["checkpoint", "create", "--json", "--logs", logs], cancellation);
        double ms = MonotonicClock.Between(started, MonotonicClock.Now).TotalMilliseconds;
        using JsonDocument json = JsonDocument.Parse(answer);
        return (ms, json.RootElement.GetProperty("checkpoints")[0].GetProperty("size_bytes").GetInt64());
    }

    /// <summary>Bytes of manifests, lists and segments.</summary>
    public static long SizeOf(string logs) => new DirectoryInfo(Path.Combine(logs, "checkpoints"))
        .EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length);

    /// <returns>What it printed.</returns>
    public static async Task<string> RunAsync(string program, IReadOnlyList<string> arguments, CancellationToken cancellation)
    {
        using Process process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        string output = await process.StandardOutput.ReadToEndAsync(cancellation);
        await process.WaitForExitAsync(cancellation);
        return process.ExitCode == 0
            ? output
            : throw new BenchmarkException(string.Create(CultureInfo.InvariantCulture, $"{program} ended with code {process.ExitCode}."));
    }
}
