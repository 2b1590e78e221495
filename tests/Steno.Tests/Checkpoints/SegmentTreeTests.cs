using System.Globalization;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Tests.Checkpoints;

/// <summary>However segments come, one by one or a hundred at once, a manifest has few entries, and finds them all.</summary>
public sealed class SegmentTreeTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new(inMemory: true);
    private readonly LogDirectory _logs;

    public SegmentTreeTests()
    {
        _logs = new LogDirectory(_directory.Path);
        _logs.Disk.CreateDirectory(_logs.Segments);
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(20)]
    [InlineData(100)]
    [InlineData(700)]
    public void A_manifest_has_few_entries_and_finds_all_segments(int atOnce)
    {
        List<SegmentEntry> all = [];
        IReadOnlyList<SegmentEntry> packed = [];
        while (all.Count < 700)
        {
            SegmentEntry[] news = [.. Enumerable.Range(all.Count + 1, atOnce).Select(Segment)];
            all.AddRange(news);
            packed = SegmentTree.Pack(_logs, [.. packed, .. news]);

            Assert.All(packed, entry => Assert.True(entry.IsPlausible, entry.File));
            Assert.All(packed.GroupBy(entry => entry.Level), level => Assert.InRange(level.Count(), 1, (2 * SegmentTree.Fan) - 1));
            Assert.Equal(packed.OrderByDescending(entry => entry.Level), packed); // the older, the higher
            Assert.Equal(all, SegmentTree.Segments(_logs, packed));
        }
    }

    /// <summary>A line each; its file is not read.</summary>
    private static SegmentEntry Segment(int seq)
    {
        string sha = seq.ToString("x64", CultureInfo.InvariantCulture);
        return new SegmentEntry(SegmentEntry.NameOf(0, seq, seq, sha), seq, seq, 1, 10, 5, sha, JournalPosition.Start.Hash.ToString());
    }
}
