namespace Steno.Core.Recovery;

/// <summary>A stretch of a journal that is put together, and where its bytes are.</summary>
/// <param name="Source">Null: nothing has these lines, and no bytes stand in their place.</param>
/// <param name="Offset">In the source.</param>
/// <param name="Length">Bytes, with the last newline, which the source may lack.</param>
/// <param name="FirstSeq">The first of its lines; of bytes behind the last line the one that would follow.</param>
/// <param name="LastSeq">One less than that where there is none.</param>
/// <param name="IsHole">No place has these lines, and what the journal has there stays there.</param>
/// <param name="IsUnproven">A line behind a hole: whole perhaps, and the hash that it is chained to is lost.</param>
internal readonly record struct JournalPiece(
    LineSource? Source, long Offset, long Length, long FirstSeq, long LastSeq, bool IsHole = false, bool IsUnproven = false)
{
    public long End => Offset + Length;
}
