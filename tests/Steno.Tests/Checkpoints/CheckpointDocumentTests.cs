using Steno.Core.Checkpoints;
using Steno.Core.Files;

namespace Steno.Tests.Checkpoints;

/// <summary>The script of <c>docs/journal-format.md</c>, an independent reader, agrees with us.</summary>
public sealed class CheckpointDocumentTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("")]
    [InlineData("{\"Id\": \"1\"}\nno JSON\n")]
    public void The_verifier_of_the_document_finds_checkpoints_whole_and_every_kind_of_damage(string earlier)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/zstd"), "zstd is not installed.");
        RecordedSession session = new(_directory.Join("logs"), earlier);
        for (int i = 0; i < 2 * SegmentTree.Fan; i++)
        {
            session.Record(2);
            session.Checkpoint();
        }

        (int code, string output) = Verify(session.Manifests);
        Assert.True(code == 0, output);
        Assert.Equal(session.Manifests.Length, output.TrimEnd().Split('\n').Length);

        CheckpointManifest last = CheckpointCatalogue.FindNewest(session.Logs, session.Subject.Session)!;
        string manifest = CheckpointCatalogue.PathOf(session.Logs, last.Id!);
        string[] files = [manifest, .. last.Segments.Take(2).Select(entry => Path.Combine(session.Logs.Segments, entry.File))];
        foreach (string path in files)
        {
            byte[] whole = File.ReadAllBytes(path);
            byte[] damaged = [.. whole];
            damaged[whole.Length / 2] ^= 1;
            Disk.Real.WriteAtomically(path, damaged);
            Assert.Equal(1, Verify([manifest]).Code);
            Disk.Real.WriteAtomically(path, whole);
        }
    }

    /// <summary>Each hash of a file right, and the lines not what was recorded: the chain tells.</summary>
    [Fact]
    public void The_verifier_proves_the_lines_and_not_the_files_alone()
    {
        Assert.SkipUnless(File.Exists("/usr/bin/zstd"), "zstd is not installed.");
        RecordedSession session = new(_directory.Join("logs"));
        session.Record(2);
        session.Record(2, "another text");
        byte[] journal = session.Journal;
        journal[journal.AsSpan().IndexOf("another"u8)] ^= 1;
        Disk.Real.WriteAtomically(session.Logs.CurrentJournal, journal);
        session.IsKnown = _ => true; // so that it is kept as it is
        session.Checkpoint();

        (int code, string output) = Verify(session.Manifests);
        Assert.Equal(1, code);
        Assert.Contains("line 3: the chain is broken", output, StringComparison.Ordinal);
    }

    private static (int Code, string Output) Verify(string[] manifests) =>
        Python.Run(Repository.Block("docs/journal-format.md", "python checkpoints"), [], manifests);
}
