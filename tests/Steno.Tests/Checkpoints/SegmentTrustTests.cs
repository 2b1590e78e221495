using Steno.Core.Checkpoints;

namespace Steno.Tests.Checkpoints;

/// <summary>
/// A store takes on trust what it has written or read itself, for as long as the file system says that nobody else had
/// a hand in it.
/// </summary>
public sealed class SegmentTrustTests : IDisposable
{
    private const int ForOneList = 2 * SegmentTree.Fan;

    private readonly TemporaryDirectory _directory = new(inMemory: true);
    private readonly RecordedSession _session;

    public SegmentTrustTests() => _session = new RecordedSession(_directory.Join("logs"));

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(".jsonl.zst")]
    [InlineData(".list1.json")]
    public void What_this_store_has_written_is_not_built_on_after_somebody_changed_it(string ending)
    {
        MakeOneList();
        string path = _session.SegmentFiles.First(file => file.EndsWith(ending, StringComparison.Ordinal));
        byte[] bytes = File.ReadAllBytes(path);
        bytes[^3] ^= 1; // as long as it was
        File.WriteAllBytes(path, bytes);

        _session.Record(1);
        CheckpointManifest after = _session.Checkpoint();

        Assert.Equal(_session.Journal, _session.Read(after));
        Assert.Contains("damaged", _session.Store.Remark, StringComparison.Ordinal);
    }

    /// <summary>The control.</summary>
    [Fact]
    public void What_nobody_changed_is_built_on()
    {
        CheckpointManifest before = MakeOneList();
        _session.Record(1);
        CheckpointManifest after = _session.Checkpoint();
        Assert.Equal(before.Segments, after.Segments.Take(before.Segments.Count));
        Assert.Null(_session.Store.Remark);
    }

    private CheckpointManifest MakeOneList()
    {
        CheckpointManifest? made = null;
        for (int i = 0; i < ForOneList; i++)
        {
            _session.Record(1);
            made = _session.Checkpoint();
        }

        return made!;
    }
}
