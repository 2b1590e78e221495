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

    /// <summary>Begins step 1 of <see cref="Complete"/>.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public SegmentWriter(LogDirectory directory)
    {
        _frame = new SegmentFrame(Append);
        _file = directory.Disk.CreateTemporary(Path.Combine(directory.Segments, "segment.tmp"));
        _steady = new SteadyWriter(_file);
    }

    public long Lines => _frame.Lines;

    public long RawBytes => _frame.RawBytes;

    public long Bytes => _steady.Length;

    /// <param name="line">Without its newline.</param>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void Write(ReadOnlySpan<byte> line) => _frame.Write(line);

    /// <summary>
    /// <code>
    /// 1. the lines are written to a temporary file
    /// 2. it is synced
    /// 3. it is renamed to its own name, and the directory synced
    /// </code>
    /// A crash before 3 is complete leaves a temporary file, which the next segment replaces; after 3, a segment
    /// that no manifest names, which the next collection removes.
    /// </summary>
    /// <returns>Of this segment. It is durable.</returns>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public SegmentEntry Complete(long firstSeq, in JournalPosition end)
    {
        _frame.End();
        _file.Sync();
        string sha = Convert.ToHexStringLower(_sha.GetHashAndReset());
        string name = SegmentEntry.NameOf(level: 0, firstSeq, end.Seq, sha);
        _file.RenameTo(Path.Combine(Path.GetDirectoryName(_file.Path)!, name));
        return new SegmentEntry(name, firstSeq, end.Seq, Lines, RawBytes, Bytes, sha, end.Hash.ToString());
    }

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
