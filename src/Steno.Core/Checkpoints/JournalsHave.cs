using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Checkpoints;

/// <summary>
/// Looks for lines of segments that no journal has, neither the current one nor one in the archive: of these a segment may be the
/// last copy. A segment that stands in a journal as it is costs a read of both; of others each line is looked for in all journals.
/// Not thread-safe; use an instance once.
/// </summary>
internal sealed class JournalsHave(LogDirectory directory, CancellationToken cancellation)
{
    private const int BlockBytes = 256 << 10;

    private readonly Dictionary<ChainHash, long> _missing = [];
    private readonly byte[] _block = GC.AllocateUninitializedArray<byte>(BlockBytes);

    /// <summary>Told of the bytes of segments that were looked at, and of those that there are.</summary>
    public Action<long, long>? Progress { get; init; }

    /// <param name="archived">Where their session's journal is if it is sealed; null: that is not known.</param>
    /// <returns>The sequences of lines that no journal has as they were recorded, in order.</returns>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public IReadOnlyList<long> Lack(IReadOnlyCollection<SegmentStretch> stretches, string? archived)
    {
        long total = stretches.Sum(stretch => stretch.Segment.RawBytes);
        long done = 0;
        // Opened before the archive is looked at: a session that is sealed meanwhile is in one of the two.
        using SafeFileHandle? current = TryOpen(directory.CurrentJournal);
        using (SafeFileHandle? old = archived is null ? null : TryOpen(archived))
        {
            foreach (SegmentStretch stretch in stretches)
            {
                bool isThere = (current is not null && IsAt(current, directory.CurrentJournal, stretch))
                    || (old is not null && IsAt(old, archived!, stretch));
                if (!isThere) stretch.ReadWhole(directory, (line, seq) => _missing.TryAdd(HashOf(line), seq));
                done += stretch.Segment.RawBytes;
                Progress?.Invoke(done, total);
            }
        }

        if (current is not null) StrikeOut(directory.CurrentJournal, current);
        string[] archive = Directory.Exists(directory.Archive) ? Directory.GetFiles(directory.Archive, "*.jsonl") : [];
        foreach (string journal in archive)
        {
            using SafeFileHandle? file = _missing.Count > 0 ? TryOpen(journal) : null;
            if (file is not null) StrikeOut(journal, file);
        }

        return [.. _missing.Values.Order()];
    }

    /// <summary>Byte for byte, where it was when the checkpoint was made.</summary>
    private bool IsAt(SafeFileHandle journal, string path, SegmentStretch stretch)
    {
        long offset = stretch.Offset;
        bool isSame = true;
        try
        {
            SegmentFile.Read(directory, stretch.Segment, piece =>
            {
                cancellation.ThrowIfCancellationRequested();
                while (isSame && piece.Length > 0)
                {
                    int read = JournalReader.ReadBlock(journal, path, _block.AsSpan(0, Math.Min(_block.Length, piece.Length)), offset);
                    isSame = read > 0 && piece[..read].SequenceEqual(_block.AsSpan(0, read));
                    piece = piece[read..];
                    offset += read;
                }
            });
            return isSame;
        }
        catch (JournalDamagedException)
        {
            return false; // what can be read of it is looked for
        }
    }

    private void StrikeOut(string path, SafeFileHandle journal)
    {
        using JournalReader reader = new(path, (block, at) => JournalReader.ReadBlock(journal, path, block, at));
        while (_missing.Count > 0 && reader.Read())
        {
            cancellation.ThrowIfCancellationRequested();
            _missing.Remove(HashOf(reader.Line));
        }
    }

    private static SafeFileHandle? TryOpen(string path) => FileFacts.IsReadable(path) ? JournalReader.Open(path) : null;

    private static ChainHash HashOf(ReadOnlySpan<byte> line) => ChainHash.FromBytes(SHA256.HashData(line));
}
