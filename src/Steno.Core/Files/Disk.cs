namespace Steno.Core.Files;

/// <summary>
/// Creates, replaces, renames and deletes files so that names survive power loss, too: a file is durable only
/// when its name is. A log directory carries the disk it is on (<see cref="LogDirectory.Disk"/>), and whatever
/// changes something in it goes through that. Thread-safe.
/// <para>
/// As long as somebody holds the lock of a log directory, its disk is held to that directory: whatever is done by name is
/// refused when the name leads elsewhere (docs/adr/0009). One look before each call, microseconds before it; files that
/// are open are written all the same.
/// </para>
/// </summary>
public sealed class Disk
{
    private readonly DiskCalls _calls;
    private volatile DirectoryIdentity? _held;

    internal Disk(DiskCalls calls) => _calls = calls;

    /// <summary>The machine's own, held to no directory.</summary>
    public static Disk Real { get; } = new(new DiskCalls());

    /// <summary>The directory that it is held to; null: to none. Set by who holds its lock.</summary>
    internal DirectoryIdentity? Held
    {
        get => _held;
        set => _held = value;
    }

    private DiskCalls ByName
    {
        get
        {
            _held?.RequireInPlace();
            return _calls;
        }
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
            ByName.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
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
        if (isStrange) ByName.Delete(path);
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
        ByName.Delete(path);
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
        string temporary = path + ".tmp";
        using (DurableFile file = CreateOrEmpty(temporary))
        {
            file.Write(bytes, 0);
            file.Sync();
        }

        Rename(temporary, path);
    }

    /// <summary>
    /// Puts <paramref name="bytes"/> into the file itself, where nothing can get a name beside it. On return they are durable.
    /// </summary>
    /// <exception cref="StorageException">It is missing, or the disk refuses.</exception>
    /// <remarks>Only for a file that shows whether it is whole: a crash on the way leaves a mixture of old and new.</remarks>
    public void WriteOver(string path, ReadOnlySpan<byte> bytes)
    {
        using DurableFile file = OpenExisting(path);
        file.Write(bytes, 0);
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
        ByName.Rename(from, to);
        string target = Path.GetDirectoryName(to)!;
        string source = Path.GetDirectoryName(from)!;
        ByName.SyncDirectory(target);
        if (source != target) ByName.SyncDirectory(source);
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
        foreach (var (from, to) in renames) ByName.Rename(Path.GetFullPath(from), Path.GetFullPath(to));
        ByName.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(renames[0].To))!);
    }

    /// <summary>Deletes a file, if it is there. A crash may bring it back.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void Delete(string path) => ByName.Delete(path);

    /// <summary>Deletes a file, if it is there; durable on return.</summary>
    /// <exception cref="StorageException">The disk refuses, or the sync of the directory failed.</exception>
    public void DeleteDurably(string path)
    {
        ByName.Delete(path);
        ByName.SyncDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
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
        _held?.RequireInPlace(); // before its parents are made
        FileFacts.RequireDirectory(full);
        string? parent = Path.GetDirectoryName(full);
        if (parent is not null) CreateDirectory(parent);
        ByName.MakeDirectory(full);
        if (parent is not null) ByName.SyncDirectory(parent);
    }

    private DurableFile Open(string path, FileMode mode, FileShare share = FileShare.ReadWrite | FileShare.Delete) =>
        new(path, ByName.Open(path, mode, share), this, _calls);
}
