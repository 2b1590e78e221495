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

    /// <summary>Whether the name belongs to another file now, or to none.</summary>
    /// <exception cref="StorageException">It cannot be looked at.</exception>
    public bool IsReplaced(string path) => FileFacts.Of(path) is not { } named || !named.IsSameAs(FileFacts.Of(_handle, path)) || HasOtherTime(path);

    /// <summary>Where the system is not asked which file it is: what shows is when it was made, to the tick of a clock.</summary>
    private bool HasOtherTime(string path) =>
        !OperatingSystem.IsLinux() && new FileInfo(path).CreationTimeUtc != File.GetCreationTimeUtc(_handle);

    public void Dispose()
    {
        Reader.Dispose();
        _handle.Dispose();
    }
}
