using Steno.Core;
using Steno.Core.Checkpoints;
using Steno.Core.Files;

namespace Steno.Tests.Checkpoints;

/// <summary>Whatever byte is changed in what a checkpoint consists of, it is found when that is read.</summary>
public sealed class CheckpointDamageTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly RecordedSession _session;

    public CheckpointDamageTests()
    {
        _session = new RecordedSession(_directory.Join("logs"));
        for (int i = 0; i < 2 * SegmentTree.Fan; i++) // so that there is a list, too
        {
            _session.Record(1);
            _session.Checkpoint();
        }
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Every_byte_of_a_manifest_a_segment_and_a_list_flipped_in_turn_is_found()
    {
        CheckpointManifest whole = CheckpointCatalogue.FindNewest(_session.Logs, _session.Subject.Session)!;
        string list = Path.Combine(_session.Logs.Segments, whole.Segments[0].File);
        string segment = Path.Combine(_session.Logs.Segments, whole.Segments[^1].File);
        Assert.True(whole.Segments[0].IsList);
        foreach (string path in new[] { CheckpointCatalogue.PathOf(_session.Logs, whole.Id!), list, segment })
        {
            byte[] bytes = File.ReadAllBytes(path);
            using DurableFile file = Disk.Real.OpenExisting(path);
            for (int at = 0; at < bytes.Length; at++)
            {
                file.Write([(byte)(bytes[at] ^ (1 << (at % 8)))], at);
                // A manifest's last newline is no part of it.
                if (path != list && path != segment && at == bytes.Length - 1) continue;
                Assert.ThrowsAny<StenoException>(() => Read(whole.Id!));
                file.Write(bytes.AsSpan(at, 1), at);
            }

            file.Write(bytes, 0);
            Assert.Equal(_session.Journal, Read(whole.Id!)); // the control: it can be read
        }
    }

    [Fact]
    public void A_file_cut_or_lengthened_or_gone_is_found()
    {
        CheckpointManifest whole = CheckpointCatalogue.FindNewest(_session.Logs, _session.Subject.Session)!;
        foreach (SegmentEntry entry in new[] { whole.Segments[0], whole.Segments[^1] })
        {
            string path = Path.Combine(_session.Logs.Segments, entry.File);
            byte[] bytes = File.ReadAllBytes(path);
            foreach (int length in new[] { 0, 1, bytes.Length - 1, bytes.Length + 1 })
            {
                byte[] longer = [.. bytes, 0];
                Disk.Real.WriteAtomically(path, longer.AsSpan(0, length));
                Assert.ThrowsAny<StenoException>(() => Read(whole.Id!));
            }

            File.Delete(path);
            Assert.Contains("it is missing", Assert.ThrowsAny<StenoException>(() => Read(whole.Id!)).Message, StringComparison.Ordinal);
            Disk.Real.WriteAtomically(path, bytes);
        }
    }

    /// <summary>A hash proves what was written, not who wrote it.</summary>
    [Theory]
    [InlineData("../../session.json")]
    [InlineData("/etc/passwd")]
    [InlineData("0000000001-0000000064_x.jsonl.zst")]
    public void A_manifest_that_names_a_file_elsewhere_is_refused(string name)
    {
        CheckpointManifest whole = CheckpointCatalogue.FindNewest(_session.Logs, _session.Subject.Session)!;
        CheckpointManifest made = whole with { Segments = [whole.Segments[0] with { File = name }, .. whole.Segments.Skip(1)] };
        Disk.Real.WriteAtomically(CheckpointCatalogue.PathOf(_session.Logs, whole.Id!), made.ToLine().Written);
        Assert.ThrowsAny<StenoException>(() => Read(whole.Id!));
    }

    private byte[] Read(string id) => _session.Read(CheckpointCatalogue.Load(_session.Logs, id));
}
