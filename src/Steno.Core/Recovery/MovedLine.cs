using System.Buffers.Text;
using Steno.Core.Journal;

namespace Steno.Core.Recovery;

/// <summary>
/// Writes a line that was composed for one session, and never recorded there, in another: with the sequence
/// that it has there. It is the same message and was recorded once, so nothing marks it.
/// </summary>
internal static class MovedLine
{
    private static ReadOnlySpan<byte> DuplicateOf => ",\"duplicate_of\":"u8;

    /// <summary>Composes the line anew, up to and without its hash.</summary>
    /// <param name="line">A whole line of ours, without its newline.</param>
    /// <param name="newSeq">
    /// Its own sequence; unchanged, the line is the same byte for byte. Lines move together: a repetition of
    /// one that moved too follows it; one of a line that stayed in the other session no longer names it,
    /// since that number means another line here.
    /// </param>
    /// <param name="firstMoved">The sequence that the first line that moved has now.</param>
    /// <param name="destination">Where it is appended.</param>
    public static void Compose(ReadOnlySpan<byte> line, long newSeq, long firstMoved, LineBuffer destination)
    {
        ReadOnlySpan<byte> body = JournalLine.Body(line);
        if (!JournalLine.TryReadSeq(line, out long oldSeq) || !SalvagedLine.TryFindMetadataEnd(line, out int metadataEnd))
            throw new ArgumentException("The line is not whole.", nameof(line));
        if (oldSeq == newSeq)
        {
            destination.Write(body);
            return;
        }

        // Where there is one it is the last member: a message's only number that stands there.
        int digits = metadataEnd - 1 - body[..metadataEnd].LastIndexOfAnyExceptInRange((byte)'0', (byte)'9');
        ReadOnlySpan<byte> before = body[..(metadataEnd - digits)];
        if (digits == 0 || !before.EndsWith(DuplicateOf) || !Utf8Parser.TryParse(body[before.Length..metadataEnd], out long earlier, out _))
        {
            destination.Write(body[..metadataEnd]);
        }
        else
        {
            destination.Write(before[..^DuplicateOf.Length]);
            earlier += newSeq - oldSeq;
            if (earlier >= firstMoved)
            {
                destination.Write(DuplicateOf);
                SalvagedLine.WriteNumber(destination, earlier);
            }
        }

        JournalLine.TryReplaceSeq(body[metadataEnd..], newSeq, destination);
    }
}
