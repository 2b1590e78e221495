namespace Steno.Core.Files;

/// <summary>
/// Creates, replaces, renames and deletes files so that names survive power loss, too: a file is durable only
/// when its name is. A log directory carries the disk it is on (<see cref="LogDirectory.Disk"/>), and whatever
/// changes something in it goes through that. Thread-safe.
/// <para>
/// As long as somebody holds the lock of a log directory, its disk is held to that directory: whatever is done by name is
/// refused when the name leads elsewhere (docs/adr/0009). One look before each call, microseconds before it, and where a name
/// is missing or taken then the call is made once more; files that are open are written all the same.
/// </para>
/// </summary>
public sealed class Disk
{
    private readonly DiskCalls _calls;
    private volatile HeldDirectories? _held;

    internal Disk(DiskCalls calls) => _calls = calls;

    /// <summary>The machine's own, held to no directory.</summary>
    public static Disk Real { get; } = new(new DiskCalls());

    /// <summary>The directory that it is held to; null: to none. Set by who holds its lock.</summary>
    internal HeldDirectories? Held
    {
        get => _held;
        set => _held = value;
    }

    /// <summary>The same, held to no directory.</summary>
    internal Disk Free() => new(_calls);

    /// <summary>
    /// Creates the file with mode 0600; it must not exist. On return the empty file and its name are durable.
    /// </summary>
    /// <exception cref="StorageException">It exists, or the disk refuses.</exception>
    public DurableFile CreateNew(string path)
    {
        DurableFile file = Open(path, FileMode.CreateNew);
        try
        {
            file.Sync();
            SyncDirectory(ParentOf(path));
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Creates the file with mode 0600, or empties the one that has the name; nothing is durable yet.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <remarks>A link or a pipe in its place is removed, and not followed: nothing of ours is one.</remarks>
    public DurableFile CreateOrEmpty(string path)
    {
        bool isStrange = new FileInfo(path).LinkTarget is not null || FileFacts.Of(path) is { Kind: FileKind.Pipe or FileKind.Socket };
        if (isStrange) Delete(path);
        DurableFile file = Open(path, FileMode.OpenOrCreate);
        try
        {
            file.Truncate(0);
            return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>
    /// Creates the file with mode 0600, in place of whatever has the name: a link there is removed, and not
    /// followed. Nothing is durable yet.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public DurableFile CreateTemporary(string path)
    {
        Delete(path);
        return Open(path, FileMode.CreateNew);
    }

    /// <summary>Opens a file that exists, for reading and writing.</summary>
    /// <exception cref="StorageException">It is missing, or may not be written.</exception>
    public DurableFile OpenExisting(string path) => Open(path, FileMode.Open);

    /// <summary>
    /// Opens the file, or creates it with mode 0600 (its name is then not yet durable), and locks it until it
    /// is closed or the process ends: nobody else can then open it through .NET, not even to read.
    /// </summary>
    /// <exception cref="StorageException">It is locked (see
    /// <see cref="StorageException.IsLockedByAnother"/>), or may not be written.</exception>
    public DurableFile OpenLocked(string path) => Open(path, FileMode.OpenOrCreate, FileShare.None);

    /// <summary>
    /// Puts <paramref name="bytes"/> at <paramref name="path"/>, mode 0600: a crash leaves the old content or
    /// the new, whole. On return the new content is durable.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses; the old content stands.</exception>
    public void WriteAtomically(string path, ReadOnlySpan<byte> bytes)
    {
        // 1. A temporary file beside the target. Crash: the old file stands, the temporary is overwritten
        // next time.
        // 2. Its bytes are synced.
        // 3. Renamed over the target, and the directory synced. Crash before the sync: old or new, both
        // whole.
        try
        {
            WriteAndRename(path, bytes);
        }
        catch (StorageException e) when (e.Errno == Errnos.NotFound && _held is not null)
        {
            WriteAndRename(path, bytes); // the temporary file may have come into a directory that had the place for a moment
        }
    }

    /// <summary>
    /// Puts <paramref name="bytes"/> into the file itself, where nothing can get a name, or a block, beside it. On return they are durable.
    /// </summary>
    /// <exception cref="StorageException">It is missing, or the disk refuses. Where it has no room for what is longer, what stood there stands.</exception>
    /// <remarks>Only for a file that shows whether it is whole: a crash on the way leaves a mixture of old and new.</remarks>
    public void WriteOver(string path, ReadOnlySpan<byte> bytes)
    {
        using DurableFile file = OpenExisting(path);
        long length = file.Length;
        int had = (int)Math.Min(length, bytes.Length);
        try
        {
            file.Write(bytes[had..], had); // first what may need another block
        }
        catch (StorageException)
        {
            file.Truncate(length);
            throw;
        }

        file.Write(bytes[..had], 0);
        file.Truncate(bytes.Length);
        file.Sync();
    }

    /// <summary>
    /// Renames within or across directories of one file system, replacing <paramref name="to"/>. On return it
    /// is durable.
    /// </summary>
    /// <exception cref="StorageException">The rename or a directory sync failed.</exception>
    public void Rename(string from, string to)
    {
        from = Path.GetFullPath(from);
        to = Path.GetFullPath(to);
        string target = ParentOf(to);
        string source = ParentOf(from);
        ByName(calls => calls.Rename(from, to), source, target);
        SyncDirectory(target);
        if (source != target) SyncDirectory(source);
    }

    /// <summary>
    /// Renames files within one directory, replacing what has the names. On return all are durable; a crash before leaves
    /// any of them renamed.
    /// </summary>
    /// <exception cref="StorageException">A rename or the sync of the directory failed.</exception>
    public void RenameAll(IReadOnlyList<(string From, string To)> renames)
    {
        ArgumentNullException.ThrowIfNull(renames);
        if (renames.Count == 0) return;
        string directory = ParentOf(renames[0].To);
        foreach (var (from, to) in renames) ByName(calls => calls.Rename(Path.GetFullPath(from), Path.GetFullPath(to)), directory);
        SyncDirectory(directory);
    }

    /// <summary>Deletes a file, if it is there. A crash may bring it back.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void Delete(string path) => ByName(calls => calls.Delete(path), ParentOf(path));

    /// <summary>Deletes a file, if it is there; durable on return.</summary>
    /// <exception cref="StorageException">The disk refuses, or the sync of the directory failed.</exception>
    public void DeleteDurably(string path)
    {
        Delete(path);
        SyncDirectory(ParentOf(path));
    }

    /// <summary>
    /// Creates the directory and its missing parents with mode 0700. On return every new entry is synced. A
    /// directory that exists is left as it is.
    /// </summary>
    /// <exception cref="StorageException">It cannot be made, or a sync failed.</exception>
    public void CreateDirectory(string path)
    {
        string full = Path.GetFullPath(path);
        if (Directory.Exists(full)) return;
        _held?.Require(full); // before its parents are made; and it may be back
        if (Directory.Exists(full)) return;
        FileFacts.RequireDirectory(full);
        string? parent = Path.GetDirectoryName(full);
        if (parent is not null) CreateDirectory(parent);
        ByName(calls => calls.MakeDirectory(full), parent ?? full);
        if (parent is not null) SyncDirectory(parent);
    }

    /// <summary>Whether a file has the name: in the directory that is held, not in one that has its place for a moment.</summary>
    /// <exception cref="StorageException">The name of the directory leads elsewhere.</exception>
    internal bool HasFile(string path)
    {
        while (true)
        {
            _held?.Require(ParentOf(path));
            bool found = File.Exists(path);
            if (_held?.AreInPlace(ParentOf(path)) is not false) return found;
        }
    }

    private static string ParentOf(string path) => Path.GetDirectoryName(Path.GetFullPath(path))!;

    private DurableFile Open(string path, FileMode mode, FileShare share = FileShare.ReadWrite | FileShare.Delete)
    {
        DurableFile file = OpenOnce(path, mode, share);
        try
        {
            Require([ParentOf(path)]);
            if (_held is null || FileFacts.Of(path) is { } named && named.IsSameAs(file.Facts)) return file;
        }
        catch
        {
            file.Dispose();
            throw;
        }

        file.Dispose(); // it is in a directory that had the place for a moment
        return OpenOnce(path, mode, share);
    }

    private DurableFile OpenOnce(string path, FileMode mode, FileShare share)
    {
        FileStream? stream = null;
        ByName(calls => stream = calls.Open(path, mode, share), ParentOf(path));
        return new DurableFile(path, stream!, this, _calls);
    }

    private void SyncDirectory(string path) => ByName(calls => calls.SyncDirectory(path), path);

    private void WriteAndRename(string path, ReadOnlySpan<byte> bytes)
    {
        string temporary = path + ".tmp";
        using (DurableFile file = CreateOrEmpty(temporary))
        {
            try
            {
                file.Write(bytes, 0);
            }
            catch (StorageException full) when (full.IsFull)
            {
                Delete(temporary); // nothing is in it, and others may need its place
                throw;
            }

            file.Sync();
        }

        Rename(temporary, path);
    }

    /// <param name="directories">In which the call has names.</param>
    private void ByName(Action<DiskCalls> call, params ReadOnlySpan<string> directories)
    {
        Require(directories);
        try
        {
            call(_calls);
        }
        catch (StorageException e) when (e.Errno is Errnos.NotFound or Errnos.Exists && _held is not null)
        {
            // Between the look and the call another directory may have had the place: then nothing was done in ours.
            Require(directories);
            call(_calls);
        }
    }

    private void Require(ReadOnlySpan<string> directories)
    {
        if (_held is not { } held) return;
        foreach (string directory in directories) held.Require(directory);
    }
}
