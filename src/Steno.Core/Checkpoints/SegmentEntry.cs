using System.Globalization;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;

namespace Steno.Core.Checkpoints;

/// <summary>
/// A stretch of a journal, as a manifest names it: a segment, whose lines are compressed in it, or a list of
/// such entries, so that a manifest stays small however many segments there are.
/// </summary>
/// <param name="File">Its name in <c>checkpoints/segments</c>, which is made of its sequences and its hash.</param>
/// <param name="Lines">Lines in the stretch, whoever wrote them.</param>
/// <param name="RawBytes">Bytes of the stretch in the journal.</param>
/// <param name="Bytes">Bytes of the file.</param>
/// <param name="Sha256">Of the file, hexadecimal.</param>
/// <param name="HeadHash">The hash of its last line, base64.</param>
public sealed partial record SegmentEntry(
    string File, long FirstSeq, long LastSeq, long Lines, long RawBytes, long Bytes, string Sha256, string HeadHash)
{
    private const string SegmentEnding = ".jsonl.zst";
    private const string ListEnding = ".json";

    /// <summary>Of lists of lists: eight to the power of so many segments is more than anybody has.</summary>
    private const int LevelMax = 9;

    /// <summary>Of the hash, so many digits are in the name: enough for no two to be the same by chance.</summary>
    private const int HashDigits = 32;

    [JsonIgnore]
    public bool IsList => Level > 0;

    /// <summary>0 of a segment, 1 of a list of segments, 2 of a list of such lists, …</summary>
    [JsonIgnore]
    public int Level => File.EndsWith(ListEnding, StringComparison.Ordinal) && File.Length > ListEnding.Length
        ? File[^(ListEnding.Length + 1)] - '0'
        : 0;

    /// <summary>
    /// Nothing that it says can lead out of the directory: a hash proves what was written, not who wrote it.
    /// </summary>
    [JsonIgnore]
    public bool IsPlausible =>
        File is not null && Sha256 is not null && HeadHash is not null
        && Level is >= 0 and <= LevelMax && File == NameOf(Level, FirstSeq, LastSeq, Sha256)
        && FirstSeq > 0 && LastSeq >= FirstSeq && RawBytes > 0 && Bytes > 0 && Lines > 0;

    /// <summary>Whether a file of that name can be of our making: a segment, a list, or one that was begun.</summary>
    public static bool IsOurs(string name) => OurName().IsMatch(name);

    /// <summary>Whether a file of our making is a segment, with lines in it.</summary>
    public static bool IsSegment(string name) => name.EndsWith(SegmentEnding, StringComparison.Ordinal);

    [GeneratedRegex(@"^(\d{10,}-\d{10,}_[0-9a-f]{32}(\.jsonl\.zst|\.list\d\.json)|[a-z]+(-\d+)?\.tmp)$", RegexOptions.NonBacktracking)]
    private static partial Regex OurName();

    /// <summary>The sequences that the name of a segment states; false: it is no segment's.</summary>
    internal static bool TryReadName(string name, out long firstSeq, out long lastSeq)
    {
        (firstSeq, lastSeq) = (0, 0);
        return IsOurs(name) && name.EndsWith(SegmentEnding, StringComparison.Ordinal)
            && name.Split('-', '_') is [var first, var last, _]
            && long.TryParse(first, NumberStyles.None, CultureInfo.InvariantCulture, out firstSeq)
            && long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out lastSeq);
    }

    /// <summary>Of a segment that is not durable yet; others of one checkpoint have other numbers.</summary>
    internal static string NameOfBegun(int number) =>
        number == 0 ? "segment.tmp" : string.Create(CultureInfo.InvariantCulture, $"segment-{number}.tmp");

    public static string NameOf(int level, long firstSeq, long lastSeq, string sha256) => string.Create(
        CultureInfo.InvariantCulture,
        $"{firstSeq:D10}-{lastSeq:D10}_{sha256[..Math.Min(HashDigits, sha256.Length)]}{(level == 0 ? SegmentEnding : $".list{level}{ListEnding}")}");
}

/// <summary>What is in a list's file.</summary>
internal sealed record SegmentList(IReadOnlyList<SegmentEntry> Segments);
