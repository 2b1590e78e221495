using Steno.Core.Verification;

namespace Steno.Tests.Verification;

/// <summary>Every single byte of every file of a small session, flipped in turn, is found, in the right file.</summary>
[Trait("Kind", "Sweep")]
public sealed class EveryByteTests
{
    [Fact]
    public void Every_byte_of_every_file_flipped_in_turn_is_found()
    {
        using VerifiedSession session = new(checkpoints: 2, linesEach: 2, linesBehind: 1);
        Assert.True(session.Verify().IsIntact); // the control
        string[] files =
            [session.Logs.CurrentJournal, session.Logs.SessionFile, session.Logs.RecoveryFile, .. session.Manifests, .. session.Segments];
        Assert.Equal(files.Length, Directory.GetFiles(session.Logs.Root, "*", SearchOption.AllDirectories).Length);
        foreach (string path in files) FlipEach(session, path, bytes: File.ReadAllBytes(path), step: 1);
        Assert.True(session.Verify().IsIntact);
    }

    [Fact]
    public void Every_byte_of_a_journal_with_lines_of_an_earlier_system_and_of_its_copy_is_found()
    {
        using VerifiedSession session = new(checkpoints: 1, linesEach: 1, earlier: "{\"Id\":\"an earlier line\"}\nno JSON\n");
        Assert.True(session.Verify().IsIntact);
        FlipEach(session, session.Logs.CurrentJournal, session.Whole, step: 1);
        FlipEach(session, session.Logs.RecoveryFile, session.Whole, step: 1);
        Assert.True(session.Verify().IsIntact);
    }

    /// <summary>With so many checkpoints there is a list.</summary>
    [Fact]
    public void Every_byte_of_a_list_flipped_in_turn_is_found()
    {
        using VerifiedSession session = new(checkpoints: 16, linesEach: 1);
        Assert.True(session.Verify().IsIntact);
        string list = Assert.Single(session.Segments, path => path.EndsWith(".list1.json", StringComparison.Ordinal));
        FlipEach(session, list, File.ReadAllBytes(list), step: 31);
        Assert.True(session.Verify().IsIntact);
    }

    private static void FlipEach(VerifiedSession session, string path, byte[] bytes, int step)
    {
        using FileStream file = new(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, 0);
        for (int at = 0; at < bytes.Length; at += step)
        {
            file.Position = at;
            file.WriteByte((byte)(bytes[at] ^ (1 << (at % 8))));
            IReadOnlyList<FoundDamage> found = session.Verify().Damage;
            if (found.Count == 0 || found.Any(d => d.File != path))
                Assert.Fail($"Byte {at} of {path}: {string.Join("; ", found)}");
            file.Position = at;
            file.WriteByte(bytes[at]);
        }
    }
}
