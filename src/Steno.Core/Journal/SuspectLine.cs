using System.Text.Json;

namespace Steno.Core.Journal;

/// <summary>What a line that the chain does not prove says of itself. Its bytes stay in the file.</summary>
internal readonly record struct SuspectLine
{
    /// <summary>So much, or a multiple, a device writes as a whole or not at all.</summary>
    private const int SectorBytes = 512;

    public required long Offset { get; init; }

    /// <summary>Bytes, with the newline, as if it had one.</summary>
    public required long Length { get; init; }

    public required bool Terminated { get; init; }

    /// <summary>The hash it states; null if it does not end in one.</summary>
    public required ChainHash? Hash { get; init; }

    /// <summary>The sequence it states; 0 if none can be read.</summary>
    public required long Seq { get; init; }

    /// <summary>
    /// The sequence of the first line in it, where a newline was lost and it is more than one; else
    /// <see cref="Seq"/>.
    /// </summary>
    public required long FirstSeq { get; init; }

    /// <summary>A whole line of somebody else.</summary>
    public required bool IsForeign { get; init; }

    /// <summary>JSON, with a sequence and a hash.</summary>
    public required bool IsWhole { get; init; }

    /// <summary>
    /// Zero bytes are what a file system shows where a write did not reach the disk. No line has any; a single one is a changed character, but for
    /// a line's first byte that is the last of a sector: the rest of that was durable before.
    /// </summary>
    public required bool HasZeros { get; init; }

    public long End => Offset + Length;

    /// <summary>Lines, or two that have become one: no crash leaves that with a wrong hash.</summary>
    public bool IsNoWorkOfCrash =>
        Terminated && !HasZeros && (IsWhole || (Hash is not null && FirstSeq < Seq));

    public static SuspectLine Read(JournalReader reader)
    {
        ReadOnlySpan<byte> line = reader.Line;
        ChainHash? hash = JournalLine.TryReadHash(line, out ChainHash stated) ? stated : null;
        if (!JournalLine.TryReadSeq(line, out long seq)) seq = 0;
        return new SuspectLine
        {
            Offset = reader.Offset,
            Length = line.Length + 1,
            Terminated = reader.Terminated,
            Hash = hash,
            Seq = seq,
            FirstSeq = ReadFirstSeq(line, seq),
            IsForeign = reader.Terminated && IsForeignLine(line),
            IsWhole = hash is not null && seq > 0 && IsJson(line),
            HasZeros = line.IndexOf("\0\0"u8) >= 0 || (line is [0, ..] && (reader.Offset + 1) % SectorBytes == 0),
        };
    }

    /// <summary>A line of another writer: a JSON object that carries neither sequence nor hash.</summary>
    public static bool IsForeignLine(ReadOnlySpan<byte> line)
    {
        try
        {
            Utf8JsonReader json = new(line, new JsonReaderOptions { MaxDepth = 1024 });
            if (!json.Read() || json.TokenType != JsonTokenType.StartObject) return false;
            while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
            {
                if (json.ValueTextEquals("Seq"u8) || json.ValueTextEquals("Hash"u8)) return false;
                json.Skip();
            }

            return !json.Read();
        }
        catch (JsonException)
        {
            return false; // not JSON: garbage, not somebody's line
        }
    }

    /// <summary>Written by the recorder, or what is left of that.</summary>
    public static bool ShowsOurHand(ReadOnlySpan<byte> line) =>
        JournalLine.TryReadHash(line, out _)
        || JournalLine.TryReadSeq(line, out _)
        || line.IndexOf(",\"Hash\":\""u8) >= 0
        || line.IndexOf(",\"ReceivedAt\":\""u8) >= 0
        || line.Contains((byte)0);

    private static long ReadFirstSeq(ReadOnlySpan<byte> line, long seq)
    {
        int at = line.IndexOf(",\"Hash\":\""u8);
        int end = at + JournalLine.SuffixLength;
        return at >= 0 && end < line.Length
            && JournalLine.TryReadHash(line[..end], out _) && JournalLine.TryReadSeq(line[..end], out long first)
            ? first
            : seq;
    }

    private static bool IsJson(ReadOnlySpan<byte> line)
    {
        try
        {
            Utf8JsonReader json = new(line, new JsonReaderOptions { MaxDepth = 1024 });
            while (json.Read())
            {
                // to the end: whatever is wrong throws
            }

            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
