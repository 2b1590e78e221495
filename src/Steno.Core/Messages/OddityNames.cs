using System.Text;

namespace Steno.Core.Messages;

/// <summary>The names of flags as they stand in a line: part of the format, never renamed.</summary>
internal static class OddityNames
{
    // By bit number.
    private static readonly string[] Names =
    [
        "not_utf8", "not_json", "lenient_json", "unknown_shape", "deep", "empty", "no_frames", "further_frames",
        "topic_inline", "truncated", "large", "field_cut", "field_not_text", "lone_surrogate", "duplicate_keys",
        "metadata_dropped",
    ];

    private static readonly byte[][] QuotedNames = [.. Names.Select(name => Encoding.UTF8.GetBytes($"\"{name}\""))];

    public static IReadOnlyList<string> All => Names;

    /// <summary>The name in quotes, as it stands in a line.</summary>
    public static ReadOnlySpan<byte> Quoted(int bit) => QuotedNames[bit];

    /// <summary>
    /// Names that a later version of Steno may have written are none of ours, and are passed over.
    /// </summary>
    public static MessageOddities Parse(string name)
    {
        int bit = Array.IndexOf(Names, name);
        return bit < 0 ? MessageOddities.None : (MessageOddities)(1 << bit);
    }
}
