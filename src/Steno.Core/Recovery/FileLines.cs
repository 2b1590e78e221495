using Microsoft.Win32.SafeHandles;
using Steno.Core.Journal;

namespace Steno.Core.Recovery;

/// <summary>
/// Lines in a plain file. It stays open: whatever gets its name meanwhile, this reads what was there.
/// </summary>
internal sealed class FileLines : LineSource
{
    private readonly SafeFileHandle _file;

    /// <param name="path">A file that exists.</param>
    /// <exception cref="Files.StorageException">It cannot be opened.</exception>
    public FileLines(string path)
    {
        Path = path;
        _file = JournalReader.Open(path);
        Length = RandomAccess.GetLength(_file);
    }

    public override string Path { get; }

    public override long Length { get; }

    public override int Read(Span<byte> buffer, long offset)
    {
        int total = 0;
        while (total < buffer.Length)
        {
            int read = JournalReader.ReadBlock(_file, Path, buffer[total..], offset + total);
            if (read == 0) break;
            total += read;
        }

        return total;
    }

    public override void Dispose() => _file.Dispose();
}
