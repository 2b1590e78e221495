using Steno.Core;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Sessions;
using Steno.Core.Verification;
using Steno.Tests.Sessions;

namespace Steno.Tests.Simulation;

/// <summary>
/// A recorder that is killed at any call of the disk while one session succeeds another leaves nothing that a verification
/// calls damage, whichever second copy lies there; and the next start leaves nothing to note.
/// </summary>
[Trait("Kind", "Sweep")]
public sealed class KilledSuccessionTests
{
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Killed_at_any_call_of_a_switch_nothing_is_called_damaged(bool isLoad)
    {
        HashSet<string> said = [];
        int call = 1;
        while (Kill(isLoad, call, said)) call++;
        Assert.InRange(call, 10, 200); // it came so far, and to an end
        // Each state that the steps leave was met: with the session file sealed, the journal moved, the child begun, and its copy to come.
        string[] expected = isLoad
            ? ["goes on", "successor has not begun", "is built", "which this one continues", "has just begun"]
            : ["goes on", "successor has not begun", "no line yet", "which this one continues", "has just begun"];
        Assert.All(expected, text => Assert.Contains(said, what => what.Contains(text, StringComparison.Ordinal)));
    }

    /// <summary>False: it was through before that call.</summary>
    private static bool Kill(bool isLoad, int call, HashSet<string> said)
    {
        using TemporaryDirectory directory = new(inMemory: true);
        string path = directory.Join("logs");
        Directory.CreateDirectory(Path.Combine(path, "recovery"));
        ModelDisk disk = new(path);
        LoadedSession session = new(path, new Disk(disk));
        session.Live.LosePatienceAfter(TimeSpan.Zero);
        session.Say(3);
        CheckpointManifest checkpoint = session.Checkpoint();
        session.Say(2);
        session.AwaitCopy();
        byte[] copy = File.ReadAllBytes(session.Logs.RecoveryFile);
        disk.Arm(new DiskFault(call, DiskFaultKind.PowerCut)); // what is cached stays, as behind a kill
        try
        {
            if (isLoad) session.Load(LoadSource.Of(checkpoint));
            else session.New();
        }
        catch (StenoException)
        {
            // As far as it came.
        }

        session.Die();
        disk.CloseAll();
        LogDirectory logs = new(path);
        foreach (byte[]? left in new byte[]?[] { copy, null })
        {
            Restoration.Damages.Write(logs.RecoveryFile, left);
            if (left is null && !HasBegun(logs)) continue; // the copy is deleted when the child has its first line
            foreach (bool all in new[] { true, false })
            {
                VerificationReport report = new Verifier(logs) { IncludesArchive = all }.Run();
                Assert.True(report.IsIntact && report.Sessions.Count > 0, $"call {call}, copy {left?.Length}, all {all}: {string.Join("; ", report.Damage)}");
                said.UnionWith(report.Noted.Select(noted => noted.What));
            }
        }

        bool wasOff = disk.IsOff;
        if (Directory.Exists(logs.Archive) && Directory.GetFiles(logs.Archive, "*.jsonl") is [var archived]) AssertStillFound(logs, archived);
        LoadedSession again = new(path);
        again.AwaitCopy();
        again.Close();
        VerificationReport after = new Verifier(logs) { IncludesArchive = true }.Run();
        Assert.True(after.IsIntact, $"call {call}: {string.Join("; ", after.Damage)}");
        Assert.DoesNotContain(after.Noted, noted => noted.What.Contains("next start", StringComparison.Ordinal));
        return wasOff;
    }

    private static bool HasBegun(LogDirectory logs) =>
        SessionManifest.Load(logs.SessionFile)!.Parent is not null && File.Exists(logs.CurrentJournal) && new FileInfo(logs.CurrentJournal).Length > 0;

    /// <summary>The control: what is damaged meanwhile is.</summary>
    private static void AssertStillFound(LogDirectory logs, string archived)
    {
        byte[] whole = File.ReadAllBytes(archived);
        byte[] damaged = [.. whole];
        damaged[20] ^= 1;
        File.WriteAllBytes(archived, damaged);
        Assert.False(new Verifier(logs) { IncludesArchive = true }.Run().IsIntact);
        File.WriteAllBytes(archived, whole);
    }
}
