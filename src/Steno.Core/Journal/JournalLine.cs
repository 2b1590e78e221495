using System.Buffers.Text;

namespace Steno.Core.Journal;

/// <summary>
/// What makes a run of bytes a line of ours: it ends in <c>,"Hash":"…"}</c>, and the hash covers the 32 bytes
/// of the previous line's hash followed by everything before that ending. Pure functions on bytes; the
/// newline is never part of a line here.
/// </summary>
public static class JournalLine
{
    /// <summary>Bytes from the comma before <c>"Hash"</c> to the closing brace.</summary>
    public const int SuffixLength = 9 + ChainHash.TextLength + 2;

    /// <summary>No line of ours is shorter, bytes.</summary>
    internal const int BytesMin = 100;

    /// <summary>
    /// The largest line that is read back, in bytes: a message at its limit, base64-encoded, with room for
    /// its envelope.
    /// </summary>
    public const int MaxLength = 1 << 30;

    private static ReadOnlySpan<byte> SuffixStart => ",\"Hash\":\""u8;

    private static ReadOnlySpan<byte> SuffixEnd => "\"}"u8;

    /// <summary>
    /// The hash of a line whose body (all before the suffix) is given, and whose predecessor is
    /// <paramref name="previous"/>.
    /// </summary>
    public static ChainHash ComputeHash(in ChainHash previous, ReadOnlySpan<byte> body)
    {
        ChainHash hash = default;
        Sha256.Hash(previous, body, hash);
        return hash;
    }

    /// <summary>Completes a body to a line: writes suffix and newline behind it.</summary>
    public static void WriteSuffix(in ChainHash hash, LineBuffer line)
    {
        Span<byte> room = line.GetSpan(SuffixLength + 1);
        SuffixStart.CopyTo(room);
        hash.Format(room[SuffixStart.Length..]);
        SuffixEnd.CopyTo(room[(SuffixStart.Length + ChainHash.TextLength)..]);
        room[SuffixLength] = (byte)'\n';
        line.Advance(SuffixLength + 1);
    }

    /// <summary>Reads the hash that a line states. False: not a line of ours.</summary>
    public static bool TryReadHash(ReadOnlySpan<byte> line, out ChainHash hash)
    {
        hash = default;
        if (line.Length <= SuffixLength) return false;
        ReadOnlySpan<byte> suffix = line[^SuffixLength..];
        return suffix.StartsWith(SuffixStart)
            && suffix.EndsWith(SuffixEnd)
            && ChainHash.TryParse(suffix.Slice(SuffixStart.Length, ChainHash.TextLength), out hash);
    }

    /// <summary>The body of a line of ours: what its hash covers.</summary>
    public static ReadOnlySpan<byte> Body(ReadOnlySpan<byte> line) => line[..^SuffixLength];

    /// <summary>
    /// Reads the sequence of a line of ours. The last <c>,"Seq":</c> is the line's own: quotes within strings
    /// are escaped, a sender's metadata comes before it, and nothing behind it has such a key.
    /// </summary>
    public static bool TryReadSeq(ReadOnlySpan<byte> line, out long seq)
    {
        seq = 0;
        int at = line.LastIndexOf(",\"Seq\":"u8);
        return at >= 0
            && Utf8Parser.TryParse(line[(at + 7)..], out seq, out int digits)
            && digits > 0
            && seq > 0
            && at + 7 + digits < line.Length
            && line[at + 7 + digits] is (byte)',' or (byte)'}';
    }

    /// <summary>Writes the body of a line with another sequence. False: it has none.</summary>
    public static bool TryReplaceSeq(ReadOnlySpan<byte> body, long seq, LineBuffer destination)
    {
        ReadOnlySpan<byte> key = ",\"Seq\":"u8;
        int at = body.LastIndexOf(key);
        if (at < 0) return false;
        ReadOnlySpan<byte> behind = body[(at + key.Length)..];
        int digits = behind.IndexOfAnyExceptInRange((byte)'0', (byte)'9');
        destination.Write(body[..(at + key.Length)]);
        Utf8Formatter.TryFormat(seq, destination.GetSpan(20), out int written);
        destination.Advance(written);
        destination.Write(digits < 0 ? default : behind[digits..]);
        return true;
    }
}
