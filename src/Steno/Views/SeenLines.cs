using System.Security.Cryptography;
using Steno.Core.Journal;

namespace Steno.Views;

/// <summary>
/// The lines that a follower has read last, so that it knows them in another file that takes the journal's
/// name: a copy put back, an edited one, one that was cut. Not thread-safe.
/// </summary>
internal sealed class SeenLines
{
    /// <summary>More than a cut takes away: what a crash can tear is one batch. 32 bytes each.</summary>
    private const int Max = 4096;

    private readonly HashSet<ChainHash> _known = [];
    private readonly Queue<ChainHash> _order = new();

    public void Add(ReadOnlySpan<byte> line)
    {
        ChainHash key = KeyOf(line);
        if (!_known.Add(key)) return;
        _order.Enqueue(key);
        if (_order.Count > Max) _known.Remove(_order.Dequeue());
    }

    /// <summary>Notes the last lines before <paramref name="offset"/>.</summary>
    public void AddBefore(string path, long offset)
    {
        if (offset == 0) return;
        const int lines = 64; // some are enough to find the place again
        using var reader = new JournalReader(path, JournalTail.OffsetOfLast(path, lines));
        while (reader.Read(unterminated: false) && reader.NextOffset <= offset) Add(reader.Line);
    }

    /// <summary>
    /// Where, in a file that was not read so far, the new begins: behind the last known line; else at 0.
    /// </summary>
    public long FindNew(string path)
    {
        long behind = 0;
        using var reader = new JournalReader(path);
        while (reader.Read(unterminated: false))
            if (_known.Contains(KeyOf(reader.Line)))
                behind = reader.NextOffset;
        return behind;
    }

    /// <summary>
    /// A line of ours is known by its hash, which rests on all lines before it; any other by its bytes.
    /// </summary>
    private static ChainHash KeyOf(ReadOnlySpan<byte> line) =>
        JournalLine.TryReadHash(line, out ChainHash stated) ? stated : ChainHash.FromBytes(SHA256.HashData(line));
}
