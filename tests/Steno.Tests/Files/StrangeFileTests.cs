using System.Diagnostics;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Sessions;

namespace Steno.Tests.Files;

/// <summary>Links, pipes and files of others where one of ours should be.</summary>
public sealed class StrangeFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LogDirectory _logs;

    public StrangeFileTests() => _logs = new LogDirectory(_directory.Path);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_link_in_the_place_of_a_file_that_is_written_anew_is_removed_and_not_followed()
    {
        string others = Path.Combine(_directory.Path, "others");
        File.WriteAllText(others, "theirs");
        File.CreateSymbolicLink(_logs.TrialFile, others);
        using (DurableFile file = _logs.Disk.CreateOrEmpty(_logs.TrialFile)) file.Write("ours"u8, 0);
        Assert.Equal("theirs", File.ReadAllText(others));
        Assert.Equal("ours", File.ReadAllText(_logs.TrialFile));
    }

    [Fact]
    public void A_pipe_is_refused_where_a_file_is_opened_and_replaced_where_one_is_made()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Named pipes of Windows have no place in a directory.");
        MakePipe(_logs.SessionFile);
        Assert.Throws<StorageException>(() => _logs.Disk.OpenExisting(_logs.SessionFile));
        Assert.Throws<StorageException>(() => SessionManifest.Load(_logs.SessionFile));
        using DurableFile file = _logs.Disk.CreateOrEmpty(_logs.SessionFile);
        file.Write("{}"u8, 0);
        Assert.Equal(2, file.Length);
    }

    [Theory]
    [InlineData("""{"a":1}""")]
    [InlineData("""{"format":1,"verified":null}""")]
    [InlineData("""["a"]""")]
    public void A_session_file_that_proves_itself_and_is_none_of_ours_is_called_damaged(string json)
    {
        File.WriteAllBytes(_logs.SessionFile, SelfHashed.Line(System.Text.Encoding.UTF8.GetBytes(json)).Written.ToArray());
        Assert.Throws<JournalDamagedException>(() => SessionManifest.Load(_logs.SessionFile));
    }

    [Fact]
    public void What_others_keep_beside_segments_is_not_collected_nor_what_a_link_leads_to()
    {
        Directory.CreateDirectory(_logs.Segments);
        string thesis = Path.Combine(_logs.Segments, "thesis.txt");
        string begun = Path.Combine(_logs.Segments, "segment.tmp");
        File.WriteAllText(thesis, "mine");
        File.WriteAllText(begun, "ours, of a crash");
        new CheckpointStore(_logs, TimeProvider.System).Collect();
        Assert.True(File.Exists(thesis));
        Assert.False(File.Exists(begun)); // the control: it does collect

        string elsewhere = Path.Combine(_directory.Path, "elsewhere");
        Directory.Move(_logs.Segments, elsewhere);
        File.WriteAllText(Path.Combine(elsewhere, "segment.tmp"), "whose?");
        Directory.CreateSymbolicLink(_logs.Segments, elsewhere);
        new CheckpointStore(_logs, TimeProvider.System).Collect();
        Assert.True(File.Exists(Path.Combine(elsewhere, "segment.tmp")));
    }

    private static void MakePipe(string path)
    {
        using Process made = Process.Start("mkfifo", path);
        made.WaitForExit();
        Assert.Equal(0, made.ExitCode);
    }
}
