using System.Globalization;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Restoration;
using Steno.Core.Sessions;
using Steno.Core.Verification;
using Steno.Tests.Sessions;
using Steno.Tests.Support;

namespace Steno.Tests.Restoration;

/// <summary>A session that is sealed, with a checkpoint of all of it, and another that goes on: recorded by the product's own code.</summary>
internal sealed class TwoSessions : IDisposable
{
    private readonly TemporaryDirectory _directory = new(inMemory: true);

    /// <param name="load">The second one begins with the first six lines of the first.</param>
    public TwoSessions(bool load = false, int first = 9)
    {
        Logs = new LogDirectory(_directory.Join("logs"));
        using (LoadedSession session = new(Logs.Root))
        {
            session.Say(5);
            Half = session.Checkpoint();
            session.Say(first - 6);
            Sealed = session.Manifest;
            if (load) session.Load(LoadSource.Of(Half));
            else session.New();
            new SealedCheckpoints(Logs, (subject, request) => new CheckpointStore(Logs, TimeProvider.System).Create(subject, request)!)
                .Complete(session.Manifest);
            session.Say(4);
            Current = session.Manifest;
            session.Close();
        }

        Disk.Real.CreateDirectory(Path.GetDirectoryName(Logs.RecoveryFile)!);
        File.Copy(Logs.CurrentJournal, Logs.RecoveryFile, overwrite: true);

        SealedBytes = File.ReadAllBytes(SealedJournal);
        CurrentBytes = File.ReadAllBytes(Logs.CurrentJournal);
    }

    public LogDirectory Logs { get; }

    /// <summary>Of the first six lines of the one that is sealed.</summary>
    public CheckpointManifest Half { get; }

    public SessionManifest Sealed { get; }

    public SessionManifest Current { get; }

    public string SealedJournal => Logs.ArchivedJournal(Sealed.Started, Sealed.Id);

    public string SealedFile => Logs.ArchivedSessionFile(Sealed.Started, Sealed.Id);

    public byte[] SealedBytes { get; }

    public byte[] CurrentBytes { get; }

    /// <summary>What is kept of others' journals, and what is in quarantine.</summary>
    public IEnumerable<byte[]> Kept => Directory.GetFiles(Path.GetDirectoryName(Logs.RecoveryFile)!, "kept_*")
        .Concat(Directory.Exists(Logs.Quarantine) ? Directory.GetFiles(Logs.Quarantine, "*.bytes") : []).Select(File.ReadAllBytes);

    public static byte[] LinesOf(byte[] journal, int first, int last)
    {
        int[] starts = [0, .. Enumerable.Range(0, journal.Length).Where(i => journal[i] == '\n').Select(i => i + 1)];
        return journal[starts[first - 1]..starts[last]];
    }

    public void Dispose() => _directory.Dispose();

    /// <summary>Of all lines of the current session.</summary>
    public void CheckpointCurrent()
    {
        SessionManifest session = SessionManifest.Load(Logs.SessionFile)!;
        new CheckpointStore(Logs, TimeProvider.System).Create(
            CheckpointSubjects.Of(session, Logs, session.Verified.Position), new CheckpointRequest(CheckpointReason.Manual, null));
    }

    /// <param name="from">Those that end before this line stay.</param>
    public void DeleteCheckpointsOf(Guid session, long from = 0)
    {
        foreach (CheckpointManifest one in CheckpointCatalogue.All(Logs, static (_, _) => { }).Where(c => c.Session == session && c.LastSeq >= from).ToArray())
            new CheckpointStore(Logs, TimeProvider.System).Delete(one.Id!);
    }

    public VerificationReport Verify() => new Verifier(Logs) { IncludesArchive = true }.Run();

    public RecoveryOutcome Recover() => new LogRecovery(Logs, TimeProvider.System).Run();

    public OpenedSession Start() => new SessionOpener(Logs, TestComposer.New(), TimeProvider.System).Open();

    public void AssertSealedIsWhole() => Assert.True(SealedBytes.AsSpan().SequenceEqual(File.ReadAllBytes(SealedJournal)));

    /// <summary>As it was, and behind that only what the recorder itself tells.</summary>
    public void AssertCurrentIsWhole()
    {
        Assert.True(File.ReadAllBytes(Logs.CurrentJournal).AsSpan().StartsWith(CurrentBytes));
        Assert.Equal(Current.Id, SessionManifest.Load(Logs.SessionFile)!.Id);
    }

    /// <summary>Verify and recover agree, and a second recovery has nothing to do.</summary>
    public void AssertIntact()
    {
        VerificationReport report = Verify();
        Assert.True(report.IsIntact, string.Join('\n', report.Damage.Select(d => string.Create(CultureInfo.InvariantCulture, $"{d.File} {d.Kind} {d.FirstSeq}-{d.LastSeq}: {d.What}"))));
        Assert.Empty(Recover().Actions);
    }
}
