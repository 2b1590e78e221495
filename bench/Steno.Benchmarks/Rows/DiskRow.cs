using System.Globalization;
using Steno.Benchmarks.Processes;
using Steno.Benchmarks.Results;

namespace Steno.Benchmarks.Rows;

/// <summary>
/// What the disk takes, written in order and synced every 4 MiB: the other limit of a journal.
/// </summary>
internal sealed class DiskRow : IRow
{
    public const string RowName = "disk";
    public const string SequentialWrite = "sequential write, synced every 4 MiB";

    private const int BlockBytes = 4 << 20;

    public string Name => RowName;

    public string Summary => "the disk's own limit";

    public async Task MeasureAsync(Workshop shop, Findings findings, CancellationToken cancellation)
    {
        string file = Path.Combine(shop.WorkDirectory, "disk");
        await using ChildProcess disk = ChildProcess.Start(
            shop.Native.Disk,
            file,
            BlockBytes.ToString(CultureInfo.InvariantCulture),
            shop.Scale.DiskBlocks.ToString(CultureInfo.InvariantCulture));
        long[] wrote = await disk.ExpectNumbersAsync("wrote", TimeSpan.FromMinutes(2), cancellation);
        File.Delete(file);
        findings.Add(Name, SequentialWrite, wrote[0] * 1000.0 / wrote[1], "MB/s");
    }
}
