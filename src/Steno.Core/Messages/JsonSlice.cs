namespace Steno.Core.Messages;

internal enum JsonKind : byte
{
    None,
    Object,
    Array,
    String,
    Number,
    True,
    False,
    Null,

    /// <summary>
    /// NaN, Infinity or -Infinity: not JSON, but what Python's json module writes unless told otherwise.
    /// </summary>
    NotANumber,
}

/// <summary>
/// Where a value lies in its JSON text: a string with its quotes, an object with its braces.
/// </summary>
internal struct JsonSlice
{
    public int Start;
    public int End;
    public JsonKind Kind;

    /// <summary>For strings: holds a backslash, so that its bytes are not yet its text.</summary>
    public bool Escaped;

    public readonly bool Exists => Kind != JsonKind.None;

    public readonly ReadOnlySpan<byte> Of(ReadOnlySpan<byte> json) => json[Start..End];

    /// <summary>What stands between a string's quotes.</summary>
    public readonly ReadOnlySpan<byte> Inner(ReadOnlySpan<byte> json) => json[(Start + 1)..(End - 1)];
}
