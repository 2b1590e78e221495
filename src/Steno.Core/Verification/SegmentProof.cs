using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Verification;

/// <summary>
/// Reads lines back from segments and proves them by the chain, from the hash that the manifest states before them to
/// the one that it states at their end.
/// </summary>
internal sealed class SegmentProof(LogDirectory directory, EarlierHead head)
{
    private readonly LineBuffer _line = new(64 << 10);
    private JournalPosition _at;
    private bool _holds;

    /// <param name="before">The place that the segment follows on.</param>
    public bool Holds(SegmentEntry entry, in JournalPosition before)
    {
        if (entry.FirstSeq <= head.Lines) return true; // of an earlier system, without a chain: its SHA-256 is all there is
        (_at, _holds) = (before, true);
        _line.Truncate(0);
        try
        {
            SegmentFile.Read(directory, entry, Take);
        }
        catch (StenoException)
        {
            return false; // changed since it was read first
        }

        return _holds && _line.Length == 0 && _at.Seq == entry.LastSeq && _at.Hash.ToString() == entry.HeadHash;
    }

    private void Take(ReadOnlySpan<byte> piece)
    {
        while (_holds && piece.IndexOf((byte)'\n') is var end and >= 0)
        {
            _line.Write(piece[..end]);
            TakeLine(_line.Written);
            _line.Truncate(0);
            piece = piece[(end + 1)..];
        }

        _line.Write(piece);
    }

    private void TakeLine(ReadOnlySpan<byte> line)
    {
        _holds = JournalLine.TryReadHash(line, out ChainHash stated) && JournalLine.TryReadSeq(line, out long seq)
            && seq == _at.Seq + 1 && JournalLine.ComputeHash(_at.Hash, JournalLine.Body(line)) == stated;
        _at = new JournalPosition(0, _at.Seq + 1, stated);
    }
}
