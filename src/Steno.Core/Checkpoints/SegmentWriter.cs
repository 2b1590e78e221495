using System.Security.Cryptography;
using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Checkpoints;

/// <summary>
/// Writes one segment: lines of a journal, verbatim, as one frame of zstd. Not thread-safe; use an instance
/// once.
/// </summary>
internal sealed class SegmentWriter : IDisposable
{
    /// <summary>
    /// A segment of more is ended, and another begun: as much is read to get at one line of it.
    /// </summary>
    public const int RawBytesMax = 16 << 20;

    private readonly DurableFile _file;
    private readonly SteadyWriter _steady;
    private readonly SegmentFrame _frame;
    private readonly IncrementalHash _sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    /// <param name="number">Among those that are written and not yet named.</param>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public SegmentWriter(LogDirectory directory, int number)
    {
        _frame = new SegmentFrame(Append);
        _file = directory.Disk.CreateTemporary(System.IO.Path.Combine(directory.Segments, SegmentEntry.NameOfBegun(number)));
        _steady = new SteadyWriter(_file);
    }

    /// <summary>Its temporary one.</summary>
    public string Path => _file.Path;

    public long Lines => _frame.Lines;

    public long RawBytes => _frame.RawBytes;

    public long Bytes => _steady.Length;

    /// <param name="line">Without its newline.</param>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void Write(ReadOnlySpan<byte> line) => _frame.Write(line);

    /// <summary>All lines are written. Nothing is durable yet: see <see cref="BegunSegments"/>.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public SegmentEntry End(long firstSeq, in JournalPosition end)
    {
        _frame.End();
        string sha = Convert.ToHexStringLower(_sha.GetHashAndReset());
        string name = SegmentEntry.NameOf(level: 0, firstSeq, end.Seq, sha);
        return new SegmentEntry(name, firstSeq, end.Seq, Lines, RawBytes, Bytes, sha, end.Hash.ToString());
    }

    /// <summary>What was written survives power loss; its name does not.</summary>
    /// <exception cref="StorageException">The disk refuses: this segment is to be given up.</exception>
    public void Sync() => _file.Sync();

    public void Dispose()
    {
        _file.Dispose();
        _frame.Dispose();
        _sha.Dispose();
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        _steady.Append(bytes);
        _sha.AppendData(bytes);
    }
}
