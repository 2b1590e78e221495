using System.Buffers.Text;
using System.Runtime.CompilerServices;

namespace Steno.Core.Journal;

/// <summary>The SHA-256 that a journal line carries, and that the next line is chained to.</summary>
[InlineArray(Size)]
public struct ChainHash : IEquatable<ChainHash>
{
    /// <summary>Bytes of the hash itself.</summary>
    public const int Size = 32;

    /// <summary>Characters of the hash as it stands in a line: base64 with padding.</summary>
    public const int TextLength = 44;

    private byte _first;

    /// <summary>The predecessor of the very first line: 32 zero bytes.</summary>
    public static ChainHash Zero => default;

    public static ChainHash FromBytes(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != Size) throw new ArgumentException($"A hash has {Size} bytes, not {bytes.Length}.", nameof(bytes));
        ChainHash hash = default;
        bytes.CopyTo(hash);
        return hash;
    }

    /// <summary>False unless the text is exactly one base64 hash, written the one canonical way.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out ChainHash hash)
    {
        hash = default;
        if (text.Length != TextLength) return false;
        if (Base64.DecodeFromUtf8(text, hash, out int read, out int written) != System.Buffers.OperationStatus.Done
            || read != TextLength || written != Size)
            return false;

        // Base64 has spare bits before the padding: two texts could mean one hash, and a flipped bit would go
        // unseen.
        Span<byte> canonical = stackalloc byte[TextLength];
        hash.Format(canonical);
        return canonical.SequenceEqual(text);
    }

    /// <summary>Writes <see cref="TextLength"/> bytes of base64.</summary>
    public readonly void Format(Span<byte> destination) =>
        Base64.EncodeToUtf8(this, destination[..TextLength], out _, out _);

    public readonly bool Equals(ChainHash other) => ((ReadOnlySpan<byte>)this).SequenceEqual(other);

    public override readonly bool Equals(object? obj) => obj is ChainHash other && Equals(other);

    public override readonly int GetHashCode() => Unsafe.ReadUnaligned<int>(ref Unsafe.AsRef(in _first));

    public override readonly string ToString() => Convert.ToBase64String(this);

    public static bool operator ==(ChainHash left, ChainHash right) => left.Equals(right);

    public static bool operator !=(ChainHash left, ChainHash right) => !left.Equals(right);
}
