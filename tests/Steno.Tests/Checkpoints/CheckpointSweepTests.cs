using System.Security.Cryptography;
using Steno.Core;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Tests.Simulation;

namespace Steno.Tests.Checkpoints;

/// <summary>
/// Making and deleting checkpoints on a disk of which every call fails in turn, or is the last before the power
/// goes. What is there afterwards is the old or the new: every manifest that can be found can be read to the last
/// byte, and what was called made is there. Exhaustive: each sweep ends where no call is left to fail.
/// </summary>
[Trait("Kind", "Sweep")]
public sealed class CheckpointSweepTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new(inMemory: true);
    private readonly RecordedSession _before;
    private readonly string[] _older;

    /// <summary>Of more than is written out at once and than is in one segment, and of nothing that compresses much.</summary>
    private readonly string _large = Convert.ToBase64String(RandomNumberGenerator.GetBytes(300_000));
    private int _runs;

    public CheckpointSweepTests()
    {
        _before = new RecordedSession(_directory.Join("before"));
        for (int i = 0; i < (2 * SegmentTree.Fan) - 2; i++) // the second one of each run makes a list
        {
            _before.Record(1);
            _before.Checkpoint();
        }

        _older = [.. CheckpointCatalogue.Ids(_before.Logs)];
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(DiskFaultKind.Refused, false)]
    [InlineData(DiskFaultKind.Refused, true)]
    [InlineData(DiskFaultKind.HalfDone, false)]
    [InlineData(DiskFaultKind.Full, true)]
    [InlineData(DiskFaultKind.PowerCut, true)]
    internal void Whatever_call_fails_checkpoints_are_the_old_or_the_new(DiskFaultKind kind, bool forGood)
    {
        Assert.Null(Sweep(kind, forGood, liesAboutSyncs: false, liesAboutNames: false, out int calls));
        Assert.InRange(calls, 40, 500); // it came so far, and to an end
    }

    /// <summary>The controls: a disk that only says it has synced loses what was made, and it is found.</summary>
    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    internal void Syncs_that_do_nothing_are_found_out(bool bytes, bool names) =>
        Assert.NotNull(Sweep(DiskFaultKind.PowerCut, true, bytes, names, out _));

    private string? Sweep(DiskFaultKind kind, bool forGood, bool liesAboutSyncs, bool liesAboutNames, out int calls)
    {
        for (int call = 1; ; call++)
        {
            if (Live(new DiskFault(call, kind, forGood), liesAboutSyncs, liesAboutNames, out calls) is { } violation)
                return $"call {call}, {kind}: {violation}";
            if (calls < call) return null;
        }
    }

    private string? Live(DiskFault fault, bool liesAboutSyncs, bool liesAboutNames, out int calls)
    {
        string root = _directory.Join($"run{_runs++}");
        CopyDirectory(_before.Logs.Root, root);
        ModelDisk disk = new(root) { LiesAboutSyncs = liesAboutSyncs, LiesAboutNames = liesAboutNames };
        RecordedSession session = _before.On(new Disk(disk), root);
        disk.Arm(fault);
        List<string> made = [];
        List<string> deleted = [];
        for (int i = 0; i < 4; i++)
        {
            session.Record(i == 1 ? 2 : 3, i == 1 ? _large : "hello");
            Try(() => made.Add(session.Checkpoint().Id!));
            if (i != 2 || made.Count < 2) continue;
            deleted.Add(made[1]);
            made.RemoveAt(1);
            Try(() => session.Store.Delete(deleted[0]));
        }

        calls = disk.Calls;
        // The journal's own durability is not what is tested.
        string? violation = FindViolation(session.Logs, made, deleted, session.Journal);
        foreach (Survival survival in new[] { Survival.OfNothing, Survival.OfEverything, Survival.OfSome(new Random(fault.Call)) })
        {
            string after = root + "-after";
            disk.WriteAfterPowerCut(after, survival);
            violation ??= FindViolation(new LogDirectory(after), made, deleted, session.Journal);
            Directory.Delete(after, recursive: true);
        }

        Directory.Delete(root, recursive: true);
        return violation;
    }

    private string? FindViolation(LogDirectory logs, List<string> made, List<string> deleted, byte[] journal)
    {
        IReadOnlyList<string> found = CheckpointCatalogue.Ids(logs);
        if (made.FirstOrDefault(id => !found.Contains(id)) is { } lost) return $"{lost} was made, and is not there.";
        if (_older.FirstOrDefault(id => !found.Contains(id)) is { } gone) return $"{gone} was there before, and is not.";
        foreach (string id in found.Except(_older.Skip(1)))
        {
            using MemoryStream bytes = new();
            try
            {
                CheckpointCatalogue.Read(logs, CheckpointCatalogue.Load(logs, id), piece => bytes.Write(piece));
            }
            catch (StenoException e)
            {
                if (deleted.Contains(id) && e.Message.Contains("missing", StringComparison.Ordinal)) return $"{id} was deleted, and is there without its lines.";
                return $"{id} cannot be read: {e.Message}";
            }

            if (!journal.AsSpan().StartsWith(bytes.ToArray())) return $"{id} is not as the journal.";
        }

        return null;
    }

    private static void CopyDirectory(string from, string to)
    {
        foreach (string directory in Directory.GetDirectories(from, "*", SearchOption.AllDirectories).Prepend(from))
            Disk.Real.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, directory)));
        foreach (string file in Directory.GetFiles(from, "*", SearchOption.AllDirectories))
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
    }

    private static void Try(Action step)
    {
        try
        {
            step();
        }
        catch (StenoException)
        {
            // The fault: what it leaves is looked at afterwards.
        }
    }
}
