using Microsoft.Win32.SafeHandles;

namespace Steno.Core.Files;

/// <summary>
/// While one of these is in use on a thread, bytes that the disk refuses with an input/output error are read there as zeros, as if
/// somebody had zeroed them, and their places are noted: who verifies or recovers a log directory sees the rest of the file, and
/// finds what copies have of the lines. Elsewhere such an error ends the reading: it may pass, and a recorder that took the zeros
/// for the truth would mend what is whole. Not thread-safe.
/// </summary>
internal sealed class BadSectors : IDisposable
{
    /// <summary>No disk or file system fails less than this at a time; aligned.</summary>
    private const int SectorBytes = 4096;

    [ThreadStatic]
    private static BadSectors? _current;

    private readonly BadSectors? _outer;
    private readonly HashSet<(FileKey File, long Sector)> _sectors;
    private bool _isOff; // nothing is read as zeros

    private BadSectors(BadSectors? outer) => (_outer, _sectors) = (outer, outer?._sectors ?? []);

    /// <summary>From now on, until it is disposed; within another one places are noted together.</summary>
    public static BadSectors ReadAsZeros() => _current = new BadSectors(_current);

    /// <summary>Until that is disposed such errors end a reading as ever.</summary>
    public static BadSectors Refuse() => _current = new BadSectors(_current) { _isOff = true };

    /// <summary>A byte of this stretch of the file that has this name now was refused, whatever it was called then. False where none of these is in use.</summary>
    /// <param name="length">0: any from there on.</param>
    /// <exception cref="StorageException">The path cannot be looked at.</exception>
    public static bool Has(string path, long offset = 0, long length = 0)
    {
        if (_current is not { _isOff: false, _sectors.Count: > 0 } current || FileFacts.Of(path) is not { } facts) return false;
        FileKey file = FileKey.From(facts, path);
        return current._sectors.Any(one => one.File == file
            && (one.Sector + 1) * SectorBytes > offset && (length == 0 || one.Sector * SectorBytes < offset + length));
    }

    public void Dispose() => _current = _outer;

    /// <summary>As <see cref="RandomAccess.Read(SafeFileHandle, Span{byte}, long)"/>.</summary>
    /// <exception cref="StorageException">The disk refuses, and that is not what is to be read as zeros.</exception>
    public static int Read(SafeFileHandle file, string path, Span<byte> block, long offset)
    {
        try
        {
            return RandomAccess.Read(file, block, offset);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            StorageException refused = StorageException.FromException("read", path, e);
            if (_current is not { _isOff: false } current || refused.Errno != Errnos.InputOutput) throw refused;
            return current.ReadAround(file, path, block, offset);
        }
    }

    private int ReadAround(SafeFileHandle file, string path, Span<byte> block, long offset)
    {
        int length = (int)Math.Min(block.Length, Math.Max(0, RandomAccess.GetLength(file) - offset));
        for (int done = 0; done < length;)
        {
            long sector = (offset + done) / SectorBytes;
            Span<byte> part = block.Slice(done, (int)Math.Min(length - done, ((sector + 1) * SectorBytes) - offset - done));
            try
            {
                int read = RandomAccess.Read(file, part, offset + done);
                if (read == 0) return done;
                done += read;
            }
            catch (IOException e) when (e.HResult == Errnos.InputOutput)
            {
                part.Clear();
                _sectors.Add((FileKey.From(FileFacts.Of(file, path), path), sector));
                done += part.Length;
            }
        }

        return length;
    }

    /// <param name="Path">Empty where files have numbers.</param>
    private readonly record struct FileKey(ulong Device, ulong Inode, string Path)
    {
        public static FileKey From(in FileFacts facts, string path) => new(facts.Device, facts.Inode, facts.Inode == 0 ? path : "");
    }
}
