using System.Diagnostics;
using Microsoft.Win32.SafeHandles;
using Steno.Core.Files;
using Steno.Core.Recovery;

namespace Steno.Tests.Simulation;

/// <summary>
/// A disk under a directory that keeps two books: what programs see, which is that directory, and what is on
/// the platters. The difference is what a power cut may take. Calls can be made to fail by their number.
/// <para>
/// Names become durable by a sync of their directory, in the order in which they were given, as a journalling
/// file system does it; a file's own sync makes only its bytes durable. Nothing waits for a real device.
/// </para>
/// <para>
/// The thread of the <see cref="RecoveryFile"/> is not modelled: what it does has no fixed place among the
/// calls, and nothing that is recorded depends on it. A simulation puts a second copy in place by itself.
/// </para>
/// </summary>
internal sealed class ModelDisk : DiskCalls
{
    private const int InputOutput = 5;
    private const int NoSpace = 28;

    private readonly string _root;
    private readonly Lock _gate = new();
    private readonly Dictionary<SafeFileHandle, ModelFile> _open = [];
    private readonly Dictionary<string, ModelFile> _seen = [];
    private readonly Dictionary<string, ModelFile> _durable = [];
    private readonly HashSet<string> _durableDirectories = [];
    private readonly List<NameChange> _cached = [];
    private IReadOnlyList<DiskFault> _faults = [];
    private bool _refusesAll;

    /// <param name="root">What is there already is on the platters.</param>
    public ModelDisk(string root)
    {
        _root = root;
        foreach (string directory in Directory.GetDirectories(root, "*", SearchOption.AllDirectories)) _durableDirectories.Add(directory);
        foreach (string path in Directory.GetFiles(root, "*", SearchOption.AllDirectories))
            _seen[path] = _durable[path] = new ModelFile(File.ReadAllBytes(path));
    }

    /// <summary>Calls since <see cref="Arm"/>.</summary>
    public int Calls { get; private set; }

    /// <summary>No call comes through any more.</summary>
    public bool IsOff { get; private set; }

    /// <summary>The kernel says that it has synced, and has not: what a control needs.</summary>
    public bool LiesAboutSyncs { get; init; }

    /// <summary>The same for directories.</summary>
    public bool LiesAboutNames { get; init; }

    /// <summary>Told of every call and what became of it.</summary>
    public Action<string>? Trace { get; init; }

    /// <summary>The faults of the calls from here on, which are counted from 1.</summary>
    public void Arm(params IReadOnlyList<DiskFault> faults) => (_faults, Calls, _refusesAll) = (faults, 0, false);

    public override FileStream Open(string path, FileMode mode, FileShare share)
    {
        if (IsUnmodelled) return base.Open(path, mode, share);
        lock (_gate)
        {
            Begin("open", path);
            FileStream stream = base.Open(path, mode, share);
            if (!_seen.TryGetValue(path, out ModelFile? file))
            {
                file = new ModelFile(mode is FileMode.Open ? File.ReadAllBytes(path) : []); // what is there and not known was made where nothing is modelled
                Change(new NameChange(null, path, file));
            }

            _open[stream.SafeFileHandle] = file;
            return stream;
        }
    }

    public override void Write(SafeFileHandle file, string path, ReadOnlySpan<byte> bytes, long offset)
    {
        if (IsUnmodelled)
        {
            base.Write(file, path, bytes, offset);
            return;
        }

        lock (_gate)
        {
            DiskFault? fault = Next("write", path);
            if (fault is { Kind: DiskFaultKind.Refused }) throw Refusal("write", path, InputOutput);
            int size = fault is null ? bytes.Length : bytes.Length / 2;
            base.Write(file, path, bytes[..size], offset);
            _open[file].Write(bytes[..size], offset);
            if (fault is { } half) throw Refusal("write", path, half.Kind is DiskFaultKind.Full ? NoSpace : InputOutput);
        }
    }

    public override void Sync(SafeFileHandle file, string path)
    {
        if (IsUnmodelled) return;
        lock (_gate)
        {
            if (Next("fdatasync", path) is not null)
            {
                _open[file].FailSync();
                throw Refusal("fdatasync", path, InputOutput);
            }

            if (!LiesAboutSyncs) _open[file].Sync();
        }
    }

    public override void WriteOut(SafeFileHandle file, string path, long start, long end)
    {
        if (IsUnmodelled) return;
        lock (_gate)
        {
            if (Next("sync_file_range", path) is null) return; // durable is what is synced
            _open[file].FailSync();
            throw Refusal("sync_file_range", path, InputOutput);
        }
    }

    public override void Truncate(SafeFileHandle file, string path, long length)
    {
        if (IsUnmodelled)
        {
            base.Truncate(file, path, length);
            return;
        }

        lock (_gate)
        {
            Begin("ftruncate", path);
            base.Truncate(file, path, length);
            _open[file].Truncate(length);
        }
    }

    public override void Rename(string from, string to)
    {
        if (IsUnmodelled)
        {
            base.Rename(from, to);
            return;
        }

        lock (_gate)
        {
            Begin("rename", from);
            base.Rename(from, to);
            if (_seen.TryGetValue(from, out ModelFile? file)) Change(new NameChange(from, to, file));
        }
    }

    public override void Delete(string path)
    {
        if (IsUnmodelled)
        {
            base.Delete(path);
            return;
        }

        lock (_gate)
        {
            Begin("unlink", path);
            base.Delete(path);
            if (_seen.ContainsKey(path)) Change(new NameChange(path, null, null));
        }
    }

    public override void MakeDirectory(string path)
    {
        if (IsUnmodelled)
        {
            base.MakeDirectory(path);
            return;
        }

        lock (_gate)
        {
            Begin("mkdir", path);
            base.MakeDirectory(path);
            _cached.Add(new NameChange(null, path, null));
        }
    }

    public override void SyncDirectory(string path)
    {
        if (IsUnmodelled) return;
        lock (_gate)
        {
            Begin("fsync", path);
            if (LiesAboutNames) return;
            int upTo = _cached.FindLastIndex(change => change.Touches(path)) + 1;
            foreach (NameChange change in _cached[..upTo]) change.ApplyTo(_durable, _durableDirectories);
            _cached.RemoveRange(0, upTo);
        }
    }

    /// <summary>Whoever had files open is gone; what the kernel has stays.</summary>
    public void CloseAll()
    {
        lock (_gate) _open.Clear();
    }

    /// <summary>What is there when the power is back, written to a directory that does not exist yet.</summary>
    public void WriteAfterPowerCut(string target, Survival survival)
    {
        lock (_gate)
        {
            Dictionary<string, ModelFile> names = new(_durable);
            HashSet<string> directories = [.. _durableDirectories];
            foreach (NameChange change in _cached[..survival.CountOf(_cached.Count)]) change.ApplyTo(names, directories);
            Directory.CreateDirectory(target);
            foreach (string directory in directories) Directory.CreateDirectory(Moved(directory));
            foreach ((string path, ModelFile file) in names.OrderBy(entry => entry.Key, StringComparer.Ordinal))
                File.WriteAllBytes(Moved(path), file.AfterPowerCut(survival));
        }

        string Moved(string path) => Path.Combine(target, Path.GetRelativePath(_root, path));
    }

    private static bool IsUnmodelled => Thread.CurrentThread.Name == RecoveryFile.ThreadName;

    private void Change(in NameChange change)
    {
        _cached.Add(change);
        change.ApplyTo(_seen, null);
    }

    private void Begin(string operation, string path)
    {
        if (Next(operation, path) is not null) throw Refusal(operation, path, InputOutput);
    }

    /// <summary>Null: this call goes through.</summary>
    private DiskFault? Next(string operation, string path)
    {
        Debug.Assert(path.StartsWith(_root, StringComparison.Ordinal));
        Calls++;
        DiskFault? next = Find(operation, path);
        string fate = next?.Kind.ToString() ?? (IsOff ? "off" : "");
        Trace?.Invoke($"{Calls,4} {operation} {Path.GetRelativePath(_root, path)} {fate}");
        return next;
    }

    private DiskFault? Find(string operation, string path)
    {
        if (IsOff) throw Refusal(operation, path, InputOutput);
        foreach (DiskFault fault in _faults)
        {
            if (fault.Call != Calls) continue;
            _refusesAll = fault.ForGood;
            IsOff = fault.Kind is DiskFaultKind.PowerCut;
            return IsOff ? throw Refusal(operation, path, InputOutput) : fault;
        }

        return _refusesAll ? new DiskFault(Calls, DiskFaultKind.Refused) : null;
    }

    private static StorageException Refusal(string operation, string path, int errno) =>
        StorageException.FromErrno(operation, path, errno);

    /// <param name="File">Null: a directory was made.</param>
    private readonly record struct NameChange(string? From, string? To, ModelFile? File)
    {
        public bool Touches(string directory) => Path.GetDirectoryName(From) == directory || Path.GetDirectoryName(To) == directory;

        public void ApplyTo(Dictionary<string, ModelFile> names, HashSet<string>? directories)
        {
            if (From is not null) names.Remove(From);
            if (To is null) return;
            if (File is not null) names[To] = File;
            else directories?.Add(To);
        }
    }
}
