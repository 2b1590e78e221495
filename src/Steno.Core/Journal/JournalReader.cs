using Microsoft.Win32.SafeHandles;
using Steno.Core.Files;

namespace Steno.Core.Journal;

/// <summary>
/// Reads a JSONL file line by line from an offset to its end, in place, with the offset of each. Takes no
/// lock: the file may be written meanwhile. Not thread-safe.
/// </summary>
public sealed class JournalReader : IDisposable
{
    /// <summary>Enough for a tail; a file that has more is read by <see cref="BlockBytes"/>.</summary>
    private const int InitialBuffer = 64 << 10;

    private const int BlockBytes = 1 << 20;

    /// <summary>Of bytes that are looked at here and there, and seldom as a whole.</summary>
    private const int SmallBuffer = 64 << 10;

    private readonly string _path;
    private readonly SafeFileHandle? _handle;
    private readonly BlockReading _read;
    private byte[] _buffer;
    private int _start;
    private int _end;
    private long _bufferOffset;
    private int _lineLength;

    /// <param name="path">A file that exists.</param>
    /// <param name="offset">Where the first line begins.</param>
    /// <exception cref="StorageException">It cannot be opened.</exception>
    public JournalReader(string path, long offset = 0)
    {
        _path = path;
        _bufferOffset = offset;
        _buffer = GC.AllocateUninitializedArray<byte>(InitialBuffer);
        SafeFileHandle handle = Open(path);
        _handle = handle;
        _read = (block, at) => ReadBlock(handle, path, block, at);
    }

    /// <summary>The same over bytes that are no file by themselves.</summary>
    /// <param name="path">What to call them.</param>
    /// <param name="read">Gives the bytes from an offset on; fewer only where there are no more.</param>
    internal JournalReader(string path, BlockReading read, long offset = 0) =>
        (_path, _read, _bufferOffset, _buffer) = (path, read, offset, GC.AllocateUninitializedArray<byte>(SmallBuffer));

    /// <summary>The line last read, without its newline; valid until the next call.</summary>
    public ReadOnlySpan<byte> Line => _buffer.AsSpan(_start - _lineLength - (Terminated ? 1 : 0), _lineLength);

    /// <summary>Where it begins.</summary>
    public long Offset { get; private set; }

    /// <summary>False when the file ends without a newline behind it: torn, or still being written.</summary>
    public bool Terminated { get; private set; }

    /// <summary>Where the next line begins.</summary>
    public long NextOffset => _bufferOffset + _start;

    /// <summary>
    /// Moves to the next line. False at the end of the file; asked again after the file has grown, it goes
    /// on. An unterminated line is given only if <paramref name="unterminated"/> is true.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public bool Read(bool unterminated = true)
    {
        int searched = 0;
        while (true)
        {
            int newline = _buffer.AsSpan(_start + searched, _end - _start - searched).IndexOf((byte)'\n');
            if (newline >= 0) return Take(searched + newline, terminated: true);
            searched = _end - _start;
            if (Fill()) continue;
            return unterminated && searched > 0 && Take(searched, terminated: false);
        }
    }

    public void Dispose() => _handle?.Dispose();

    /// <summary>Opens a file for reading only, whoever writes it meanwhile.</summary>
    /// <exception cref="StorageException">It cannot be opened, or is no ordinary file.</exception>
    public static SafeFileHandle Open(string path)
    {
        FileFacts.RequireFile(path); // a pipe would be waited for, a device read without end
        try
        {
            return File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete,
                FileOptions.SequentialScan);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.FromException("read", path, e);
        }
    }

    /// <summary>Fewer bytes than there is room for: the file may end there. 0: it ends.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    internal static int ReadBlock(SafeFileHandle file, string path, Span<byte> block, long offset) => BadSectors.Read(file, path, block, offset);

    private bool Take(int length, bool terminated)
    {
        Offset = _bufferOffset + _start;
        Terminated = terminated;
        _lineLength = length;
        _start += length + (terminated ? 1 : 0);
        return true;
    }

    private bool Fill()
    {
        int held = _end - _start;
        bool wasFilled = _end == _buffer.Length;
        if (_start > 0)
        {
            _buffer.AsSpan(_start, held).CopyTo(_buffer);
            _bufferOffset += _start;
            _start = 0;
            _end = held;
        }

        if (held == _buffer.Length)
        {
            if (_buffer.Length >= JournalLine.MaxLength)
                throw new JournalDamagedException(_path, _bufferOffset, $"a line of more than {JournalLine.MaxLength} bytes");
            Array.Resize(ref _buffer, Math.Min(Math.Max(_buffer.Length * 2, BlockBytes), JournalLine.MaxLength));
        }
        else if (wasFilled && _buffer.Length < BlockBytes)
        {
            Array.Resize(ref _buffer, BlockBytes);
        }

        int read = _read(_buffer.AsSpan(_end), _bufferOffset + _end);
        _end += read;
        return read > 0;
    }
}

/// <summary>Reads bytes from an offset on. 0: there are none.</summary>
internal delegate int BlockReading(Span<byte> block, long offset);
