namespace Steno.Core.Journal;

/// <summary>
/// The hashes of the last lines that were taken into the chain: a copy of one of them is known as such.
/// </summary>
internal sealed class RecentHashes
{
    /// <summary>
    /// Whoever doubles a line does so near it; a copy from further back is still found, and named less well.
    /// </summary>
    private const int Capacity = 64;

    private readonly ChainHash[] _hashes = new ChainHash[Capacity];
    private readonly long[] _seqs = new long[Capacity];

    public RecentHashes() => Array.Fill(_seqs, -1);

    public void Add(in JournalPosition position)
    {
        _hashes[position.Seq % Capacity] = position.Hash;
        _seqs[position.Seq % Capacity] = position.Seq;
    }

    /// <summary>The line is, to the byte, one that was taken already.</summary>
    public bool HasTaken(ReadOnlySpan<byte> line, long seq, in ChainHash stated) =>
        TryGet(seq, out ChainHash taken) && taken == stated
        && TryGet(seq - 1, out ChainHash before) && JournalLine.ComputeHash(before, JournalLine.Body(line)) == stated;

    private bool TryGet(long seq, out ChainHash hash)
    {
        hash = seq < 0 ? default : _hashes[seq % Capacity];
        return seq >= 0 && _seqs[seq % Capacity] == seq;
    }
}
