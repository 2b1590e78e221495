using System.Text.Json;

namespace Steno.Core.Checkpoints;

/// <summary>Who speaks in the lines of a checkpoint. Not thread-safe.</summary>
internal sealed class AgentsSeen
{
    /// <summary>A sender that makes up a name per message must not fill the manifests.</summary>
    public const int Max = 100;

    /// <summary>One name may be escaped in many ways, or in none that is text.</summary>
    private const int SpellingsMax = 10 * Max;

    private readonly List<string> _names;
    private readonly HashSet<string> _known;
    private readonly Dictionary<byte[], bool>.AlternateLookup<ReadOnlySpan<byte>> _raw =
        new Dictionary<byte[], bool>(new ByteRuns()).GetAlternateLookup<ReadOnlySpan<byte>>();

    private int _spellings;

    /// <param name="known">Of the lines before.</param>
    public AgentsSeen(IReadOnlyList<string> known) => (_names, _known) = ([.. known], [.. known]);

    public IReadOnlyList<string> Names => _names;

    /// <summary>Takes the speaker of a line, unless it is the recorder itself.</summary>
    public void Note(ReadOnlySpan<byte> line)
    {
        if (_names.Count >= Max || _spellings >= SpellingsMax) return;
        // Keys always stand in the same order, and quotes within strings are escaped: the first is the key.
        ReadOnlySpan<byte> key = "\"SpeakerName\":"u8;
        int at = line.IndexOf(key);
        if (at < 0) return;
        ReadOnlySpan<byte> value = line[(at + key.Length)..].TrimStart((byte)' '); // an earlier system's has one
        int end = EndOfString(value);
        if (end < 0 || _raw.ContainsKey(value[..end])) return;
        if (IsOurs(line)) return;
        _raw[value[..end]] = true;
        _spellings++;
        if (Decode(value[..end]) is { Length: > 0 } name && _known.Add(name)) _names.Add(name);
    }

    private static bool IsOurs(ReadOnlySpan<byte> line)
    {
        // The last one is the line's own: a sender's metadata comes before it.
        ReadOnlySpan<byte> key = ",\"Source\":"u8;
        int at = line.LastIndexOf(key);
        return at >= 0 && line[(at + key.Length)..].StartsWith("\"steno\""u8);
    }

    private static int EndOfString(ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty || value[0] != '"') return -1;
        for (int i = 1; i < value.Length; i++)
        {
            if (value[i] == '\\') i++;
            else if (value[i] == '"') return i + 1;
        }

        return -1;
    }

    private static string? Decode(ReadOnlySpan<byte> json)
    {
        try
        {
            Utf8JsonReader reader = new(json);
            return reader.Read() ? reader.GetString() : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // a damaged line, or half a surrogate pair of an earlier system: nobody is named
        }
    }

    private sealed class ByteRuns
        : IEqualityComparer<byte[]>, IAlternateEqualityComparer<ReadOnlySpan<byte>, byte[]>
    {
        public bool Equals(byte[]? x, byte[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(byte[] obj) => GetHashCode(obj.AsSpan());

        public bool Equals(ReadOnlySpan<byte> alternate, byte[] other) => alternate.SequenceEqual(other);

        public int GetHashCode(ReadOnlySpan<byte> alternate)
        {
            HashCode code = default;
            code.AddBytes(alternate);
            return code.ToHashCode();
        }

        public byte[] Create(ReadOnlySpan<byte> alternate) => alternate.ToArray();
    }
}
