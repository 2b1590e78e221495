using System.Security.Cryptography;
using Steno.Core.Files;
using Steno.Core.Sessions;

namespace Steno.Tests.Restoration;

/// <summary>Whole files that lie elsewhere, with a symbolic link in their place, as on another volume.</summary>
public sealed class LinkedFilesTests : IDisposable
{
    private readonly TwoSessions _both = new();

    private LogDirectory Logs => _both.Logs;

    public void Dispose() => _both.Dispose();

    [Theory]
    [InlineData("journal")]
    [InlineData("session file")]
    [InlineData("second copy")]
    [InlineData("sealed journal")]
    [InlineData("sealed session file")]
    [InlineData("segment")]
    public void A_link_to_a_whole_file_is_as_good_as_the_file(string which)
    {
        Link(which switch
        {
            "journal" => Logs.CurrentJournal,
            "session file" => Logs.SessionFile,
            "second copy" => Logs.RecoveryFile,
            "sealed journal" => _both.SealedJournal,
            "sealed session file" => _both.SealedFile,
            _ => Directory.GetFiles(Logs.Segments, "*.zst")[0],
        });
        string[] before = Contents();

        _both.AssertIntact();
        Assert.Equal(before, Contents()); // the recovery has changed nothing

        OpenedSession opened = _both.Start();
        Assert.Empty(opened.Recovery.Notes);
        Assert.Empty(opened.Manifest.KnownDamage);
        opened.Close();
        _both.AssertCurrentIsWhole();
        _both.AssertSealedIsWhole();
        Assert.Empty(_both.Kept);
        Assert.True(_both.Verify().IsIntact);
    }

    /// <summary>The control: what is cut behind a link is named, and comes back.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_link_to_a_journal_that_was_cut_is_damaged_as_the_journal_would_be(bool start)
    {
        string target = Link(Logs.CurrentJournal);
        File.WriteAllBytes(target, TwoSessions.LinesOf(_both.CurrentBytes, 1, 3));
        Assert.Equal(4, Assert.Single(_both.Verify().Damage).FirstSeq);

        if (start) _both.Start().Close();
        else _both.Recover();

        _both.AssertCurrentIsWhole();
        _both.AssertIntact();
    }

    /// <returns>Where the file is now.</returns>
    private string Link(string path)
    {
        string target = Path.Combine(Directory.CreateDirectory(Path.Combine(Logs.Root, "..", "elsewhere")).FullName, "file");
        File.Move(path, target);
        File.CreateSymbolicLink(path, Path.GetRelativePath(Path.GetDirectoryName(path)!, target));
        return target;
    }

    private string[] Contents() =>
    [
        .. Directory.GetFiles(Logs.Root, "*", SearchOption.AllDirectories).Where(path => path != Logs.LockFile && path != Logs.PidFile).Order(StringComparer.Ordinal)
            .Select(path => $"{path} {new FileInfo(path).LinkTarget} {Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path)))}"),
    ];
}
