using System.Text;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Tests.Commands;
using Steno.Tests.Sessions;

namespace Steno.Tests.Checkpoints;

/// <summary>Deleting a checkpoint that has the last whole copy of a line.</summary>
public sealed class LastCopyTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LoadedSession _session;

    public LastCopyTests() => _session = new LoadedSession(_directory.Join("logs"));

    private LogDirectory Logs => _session.Logs;

    private CheckpointStore Store => new(Logs, TimeProvider.System);

    public void Dispose()
    {
        _session.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void It_is_refused_naming_the_lines_until_the_journal_has_them_again()
    {
        _session.Say(10);
        _session.Checkpoint("old");
        _session.Say(5);
        _session.Checkpoint("new");
        _session.Close();
        Alter("number 3");
        Alter("number 4");
        Alter("number 8");
        Alter("number 14"); // not in what goes with the first

        VerbRun refused = Delete("new");
        Assert.Equal((1, ""), (refused.Code, refused.Output));
        Assert.Contains("line 15 ", refused.Error, StringComparison.Ordinal);
        Assert.Contains("`steno recover --logs", refused.Error, StringComparison.Ordinal);
        Assert.Equal(2, CheckpointCatalogue.Ids(Logs).Count);
        Assert.Equal(0, Delete("old").Code); // the newer one has these lines, too
        Assert.Contains("lines 4 to 5, 9, 15 ", Delete("new").Error, StringComparison.Ordinal);

        File.Delete(Logs.RecoveryFile);
        Assert.Equal(0, VerbRun.Of("recover", "--yes", "--logs", Logs.Root).Code);
        Assert.Equal(0, Delete("new").Code);
        Assert.Empty(Directory.GetFiles(Logs.Segments));
    }

    [Fact]
    public void What_another_journal_has_may_go_and_so_may_what_was_altered_before()
    {
        _session.Say(3);
        CheckpointManifest made = _session.Checkpoint("old");
        _session.Load(Steno.Core.Sessions.LoadSource.Of(made)); // its lines are in two journals now
        string archived = Assert.Single(Directory.GetFiles(Logs.Archive, "*.jsonl"));
        Alter("number 2", archived);
        Assert.Equal(0, Delete("old").Code);

        _session.Say(1);
        CheckpointManifest damaged = _session.Checkpoint("damaged");
        string segment = Path.Combine(Logs.Segments, damaged.Segments[0].File);
        File.WriteAllBytes(segment, File.ReadAllBytes(segment)[..^9]);
        Assert.Equal(0, Delete("damaged").Code); // the journal has all that it had
    }

    [Fact]
    public void A_segment_that_no_manifest_names_stays_where_it_may_be_the_last_copy()
    {
        _session.Say(3);
        CheckpointManifest lost = _session.Checkpoint("lost");
        File.Delete(CheckpointCatalogue.PathOf(Logs, lost.Id!));
        byte[] journal = File.ReadAllBytes(Logs.CurrentJournal);
        Alter("number 2");
        Assert.Equal(0, Store.Collect().Files);
        File.WriteAllBytes(Logs.CurrentJournal, journal);
        Assert.Equal(1, Store.Collect().Files);
    }

    [Fact]
    public void Cancelled_it_has_removed_nothing_and_it_tells_how_far_it_is()
    {
        _session.Say(3);
        CheckpointManifest made = _session.Checkpoint();
        List<(long, long)> told = [];
        Assert.Throws<OperationCanceledException>(() => Store.Delete(made.Id!, null, new CancellationToken(canceled: true)));
        Assert.Equal([made.Id!], CheckpointCatalogue.Ids(Logs));
        Store.Delete(made.Id!, (done, total) => told.Add((done, total)), TestContext.Current.CancellationToken);
        Assert.Equal([(made.SizeBytes, made.SizeBytes)], told);
    }

    private VerbRun Delete(string label) => VerbRun.Of("checkpoint", "delete", label, "--yes", "--logs", Logs.Root);

    private void Alter(string text, string? path = null)
    {
        path ??= Logs.CurrentJournal;
        string journal = File.ReadAllText(path, Encoding.Latin1);
        Assert.Contains(text + "\\\"", journal, StringComparison.Ordinal);
        File.WriteAllText(path, journal.Replace(text + "\\\"", text.Replace("number", "nuMber", StringComparison.Ordinal) + "\\\"", StringComparison.Ordinal), Encoding.Latin1);
    }
}
