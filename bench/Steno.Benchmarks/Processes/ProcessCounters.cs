using System.Diagnostics;
using System.Globalization;

namespace Steno.Benchmarks.Processes;

/// <summary>What the kernel counts for a process, all its threads together.</summary>
/// <param name="Cpu">User and system time, in ticks of 10 ms.</param>
/// <param name="WrittenBytes">Bytes that it caused to be written to the disk.</param>
/// <param name="PeakMemoryBytes">The most memory that it ever held at once (resident).</param>
internal readonly record struct ProcessCounters(TimeSpan Cpu, long WrittenBytes, long PeakMemoryBytes)
{
    public static ProcessCounters Of(Process process)
    {
        process.Refresh();
        string folder = string.Create(CultureInfo.InvariantCulture, $"/proc/{process.Id}");
        return new ProcessCounters(
            process.TotalProcessorTime,
            Number($"{folder}/io", "write_bytes:"),
            Number($"{folder}/status", "VmHWM:") * 1024);
    }

    private static long Number(string file, string key)
    {
        string line = File.ReadLines(file).First(line => line.StartsWith(key, StringComparison.Ordinal));
        string number = line[key.Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
        return long.Parse(number, CultureInfo.InvariantCulture);
    }
}
