using Microsoft.Win32.SafeHandles;
using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Views;

/// <summary>A journal held open, which knows whether its name has passed to another file.</summary>
internal sealed class OpenJournal : IDisposable
{
    private readonly SafeFileHandle _handle;

    private OpenJournal(SafeFileHandle handle, JournalReader reader) => (_handle, Reader) = (handle, reader);

    public JournalReader Reader { get; }

    /// <summary>Opens the file that has the name now; null when there is none.</summary>
    /// <exception cref="StorageException">It cannot be read, or is no ordinary file.</exception>
    public static OpenJournal? TryOpen(string path, long offset)
    {
        SafeFileHandle? handle = null;
        try
        {
            handle = JournalReader.Open(path);
            var journal = new OpenJournal(handle, new JournalReader(path, offset));
            // Another file may have taken the name between the two: then the next round has both of one.
            if (!journal.IsReplaced(path)) return journal;
            journal.Dispose();
            return null;
        }
        catch (StorageException missing) when (missing.InnerException is FileNotFoundException or DirectoryNotFoundException || !Path.Exists(path))
        {
            handle?.Dispose();
            return null;
        }
    }

    /// <summary>Whether somebody has made the file shorter than what was read of it.</summary>
    public bool IsCut => RandomAccess.GetLength(_handle) < Reader.NextOffset;

    /// <summary>
    /// Whether the name belongs to another file now. Files are told apart by the time they were made: the
    /// managed API shows no inode. Where a file system does not keep that time, a write between the two looks
    /// would mislead: so they must differ three times.
    /// </summary>
    public bool IsReplaced(string path)
    {
        for (int look = 0; look < 3; look++)
        {
            var named = new FileInfo(path);
            if (!named.Exists) return true;
            if (named.CreationTimeUtc == File.GetCreationTimeUtc(_handle)) return false;
        }

        return true;
    }

    public void Dispose()
    {
        Reader.Dispose();
        _handle.Dispose();
    }
}
