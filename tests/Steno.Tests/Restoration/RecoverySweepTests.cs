using Steno.Core;
using Steno.Core.Files;
using Steno.Core.Restoration;
using Steno.Core.Verification;
using Steno.Tests.Simulation;
using Steno.Tests.Verification;

namespace Steno.Tests.Restoration;

/// <summary>
/// A recovery on a disk of which every call fails in turn, or is the last before the power goes. Whatever comes of it, a
/// second one makes the directory whole, to the byte; the journal tells of it once; no damaged byte is lost. Exhaustive:
/// each sweep ends where no call is left to fail.
/// </summary>
[Trait("Kind", "Sweep")]
public sealed class RecoverySweepTests : IDisposable
{
    private readonly VerifiedSession _session = new(checkpoints: 2, linesEach: 3);
    private readonly byte[] _damaged;
    private readonly Dictionary<string, byte[]> _whole = [];
    private int _runs;

    public RecoverySweepTests()
    {
        foreach (string path in _session.Segments) _whole[Path.GetFileName(path)] = File.ReadAllBytes(path);
        _damaged = [.. _session.Whole];
        _damaged[_session.Starts[2] + 9] ^= 1; // segments have it
        File.WriteAllBytes(Logs.CurrentJournal, _damaged);
        byte[] copy = [.. _damaged];
        copy[_session.Starts[4] + 9] ^= 1;
        File.WriteAllBytes(Logs.RecoveryFile, copy);
        byte[] segment = _whole[Path.GetFileName(_session.Segments[1])];
        File.WriteAllBytes(_session.Segments[1], segment[..(segment.Length / 2)]);
        File.AppendAllText(Logs.SessionFile, "x"); // not as it was written
    }

    private LogDirectory Logs => _session.Logs;

    public void Dispose() => _session.Dispose();

    [Theory]
    [InlineData(DiskFaultKind.Refused, false)]
    [InlineData(DiskFaultKind.Refused, true)]
    [InlineData(DiskFaultKind.HalfDone, false)]
    [InlineData(DiskFaultKind.PowerCut, true)]
    internal void Whatever_call_fails_a_second_recovery_makes_it_whole(DiskFaultKind kind, bool forGood)
    {
        Assert.Null(Sweep(kind, forGood, liesAboutSyncs: false, out int calls));
        Assert.InRange(calls, 40, 500); // it came so far, and to an end
    }

    /// <summary>The control: a disk that only says it has synced loses what was put in the place of damage.</summary>
    [Fact]
    public void Syncs_that_do_nothing_are_found_out() =>
        Assert.NotNull(Sweep(DiskFaultKind.PowerCut, true, liesAboutSyncs: true, out _));

    private string? Sweep(DiskFaultKind kind, bool forGood, bool liesAboutSyncs, out int calls)
    {
        for (int call = 1; ; call++)
        {
            calls = 0;
            Survival[] survivals = kind == DiskFaultKind.PowerCut
                ? [Survival.OfNothing, Survival.OfSome(new Random(call))] // of everything: as where it is refused for good
                : [Survival.OfEverything];
            foreach (Survival survival in survivals)
            {
                string? violation = Live(new DiskFault(call, kind, forGood), survival, liesAboutSyncs, out int made);
                calls = Math.Max(calls, made);
                if (violation is not null) return $"call {call}, {kind}: {violation}";
            }

            if (calls < call) return null;
        }
    }

    private string? Live(DiskFault fault, Survival survival, bool liesAboutSyncs, out int calls)
    {
        string root = Path.Combine(Path.GetDirectoryName(Logs.Root)!, $"run{_runs++}");
        Copies.Directory(Logs.Root, root);
        ModelDisk disk = new(root) { LiesAboutSyncs = liesAboutSyncs };
        disk.Arm(fault);
        bool isDone = Try(() => new LogRecovery(new LogDirectory(root, new Disk(disk)), TimeProvider.System).Run());
        calls = disk.Calls;
        string after = root;
        if (fault.Kind == DiskFaultKind.PowerCut)
        {
            disk.WriteAfterPowerCut(after = root + "-after", survival);
            // What was called done, and was cut off later, is done.
            if (isDone && new Verifier(new LogDirectory(after)) { IncludesArchive = true }.Run().Damage is [var lost, ..]) return $"It was done, and {lost}.";
        }

        string? violation = Check(new LogDirectory(after));
        Directory.Delete(root, recursive: true);
        if (after != root) Directory.Delete(after, recursive: true);
        return violation;
    }

    private string? Check(LogDirectory logs)
    {
        RecoveryOutcome outcome = new LogRecovery(logs, TimeProvider.System).Run();
        if (!outcome.IsWhole) return $"It does not get whole: {outcome.Unhealed[0]}";
        if (outcome.Unhealed is [var left, ..]) return $"It is not intact: {left}";
        byte[] journal = File.ReadAllBytes(logs.CurrentJournal);
        if (!journal.AsSpan().StartsWith(_session.Whole)) return "The journal is not what it was.";
        foreach ((string name, byte[] bytes) in _whole)
            if (!bytes.AsSpan().SequenceEqual(File.ReadAllBytes(Path.Combine(logs.Segments, name)))) return $"{name} is not what it was.";
        int told = File.ReadAllText(logs.CurrentJournal).Split("\"event\":\"recovered\"").Length - 1;
        if (told != 1) return $"It is told {told} times.";
        bool isKept = Directory.GetFiles(logs.Quarantine, "*_damaged_journal*.bytes").Any(path => _damaged.AsSpan().IndexOf(File.ReadAllBytes(path)) >= 0);
        if (!isKept) return "What stood in the journal is not in quarantine.";
        if (_runs % 8 == 0) Assert.Empty(new LogRecovery(logs, TimeProvider.System).Run().Actions);
        return null;
    }

    private static bool Try(Action step)
    {
        try
        {
            step();
            return true;
        }
        catch (StenoException)
        {
            return false; // the fault: what it leaves is looked at afterwards
        }
    }
}
