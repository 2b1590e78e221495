using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Sessions;
using Steno.Core.Verification;
using Steno.Tests.Support;

namespace Steno.Tests.Verification;

/// <summary>A small session that stopped in good order, with checkpoints and a second copy, to be damaged.</summary>
internal sealed class VerifiedSession : IDisposable
{
    private readonly DirectoryInfo _directory = Directory.CreateDirectory(Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"steno-{Guid.NewGuid():N}"));

    /// <param name="linesEach">What is recorded before each checkpoint.</param>
    /// <param name="linesBehind">What is recorded behind the last.</param>
    public VerifiedSession(int checkpoints = 2, int linesEach = 3, int linesBehind = 0, string earlier = "")
    {
        Logs = new LogDirectory(Path.Combine(_directory.FullName, "logs"));
        Disk.Real.CreateDirectory(Logs.Root);
        if (earlier.Length > 0) File.WriteAllText(Logs.CurrentJournal, earlier);
        CheckpointStore store = new(Logs, TimeProvider.System);
        for (int i = 0; i < checkpoints; i++)
        {
            SessionManifest session = Record(linesEach);
            CheckpointSubject subject = CheckpointSubjects.Of(session, Logs, session.Verified.Position);
            store.Create(subject, new CheckpointRequest(CheckpointReason.Manual), null, TestContext.Current.CancellationToken);
        }

        if (linesBehind > 0) Record(linesBehind);
        Directory.CreateDirectory(Path.GetDirectoryName(Logs.RecoveryFile)!);
        File.Copy(Logs.CurrentJournal, Logs.RecoveryFile, overwrite: true);
        Whole = File.ReadAllBytes(Logs.CurrentJournal);
        Starts = [0, .. Enumerable.Range(0, Whole.Length).Where(i => Whole[i] == '\n').Select(i => i + 1)];
    }

    public LogDirectory Logs { get; }

    /// <summary>The journal as it was written.</summary>
    public byte[] Whole { get; }

    /// <summary>Where lines begin, and where the last ends.</summary>
    public int[] Starts { get; }

    public int Count => Starts.Length - 1;

    public string[] Manifests => [.. Directory.GetFiles(Logs.Checkpoints, "*.json").Order(StringComparer.Ordinal)];

    public string[] Segments => [.. Directory.GetFiles(Logs.Segments).Order(StringComparer.Ordinal)];

    public void Dispose() => _directory.Delete(recursive: true);

    public VerificationReport Verify(bool all = false) =>
        new Verifier(Logs) { IncludesArchive = all, Cancellation = TestContext.Current.CancellationToken }.Run();

    public FoundDamage VerifyOne() => Assert.Single(Verify().Damage);

    public byte[] Line(int number) => Whole[Starts[number - 1]..Starts[number]];

    /// <summary>Makes a file of the lines of these numbers.</summary>
    public void Write(string path, params IEnumerable<int> lines) => File.WriteAllBytes(path, [.. lines.SelectMany(Line)]);

    public OpenedSession Open() => new SessionOpener(Logs, TestComposer.New(), TimeProvider.System).Open();

    private SessionManifest Record(int lines)
    {
        OpenedSession opened = Open();
        for (int i = 0; i < lines; i++) Lines.Append(opened.Writer);
        opened.Close();
        return SessionManifest.Load(Logs.SessionFile)!;
    }
}
