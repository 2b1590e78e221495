using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Recovery;

/// <summary>
/// Segments that no readable manifest of a session names: its manifests may be damaged or gone. Whose lines they have
/// only the lines themselves tell.
/// </summary>
/// <param name="named">Files that need not be looked at.</param>
internal sealed class StraySegments(LogDirectory directory, IReadOnlySet<string> named)
{
    /// <summary>No segment of ours unpacks to more, but one of a single huge line; what does is not taken.</summary>
    private const long RawBytesMax = 256 << 20;

    /// <summary>
    /// Those whose names say that they have one of these lines, or that they go on behind such a one at the end of the last stretch, in the
    /// order of their names.
    /// </summary>
    /// <param name="stretches">First and last line of each, in their order.</param>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public IEnumerable<LineSource> With(IReadOnlyList<(long First, long Last)> stretches)
    {
        if (!Directory.Exists(directory.Segments) || stretches.Count == 0) yield break;
        long next = stretches[^1].Last;
        foreach (string name in Directory.EnumerateFiles(directory.Segments).Select(path => Path.GetFileName(path)).Order(StringComparer.Ordinal))
        {
            if (named.Contains(name) || !SegmentEntry.TryReadName(name, out long first, out long last)) continue;
            bool goesOn = first <= next && next <= last;
            if ((goesOn || stretches.Any(stretch => first <= stretch.Last && stretch.First <= last)) && Open(name, first, last) is { } segment)
            {
                if (goesOn) next = last + 1;
                yield return segment;
            }
        }
    }

    /// <summary>They name the session; what they do not say the chain may.</summary>
    public static bool Names(LineSource segment, Guid session)
    {
        using JournalReader reader = new(segment.Path, segment.Read);
        return NamedSession.Find(reader)?.Id == session;
    }

    private SegmentLines? Open(string name, long first, long last)
    {
        long stored = FileFacts.Of(Path.Combine(directory.Segments, name)) is { Kind: FileKind.File } facts ? facts.Length : 0;
        SegmentEntry entry = new(name, first, last, last - first + 1, RawBytesMax, stored, Sha256: "", HeadHash: "");
        long raw = 0;
        SegmentFile.ReadLeniently(directory, entry, piece => raw += piece.Length);
        return raw == 0 ? null : new SegmentLines(directory, entry with { RawBytes = raw }, new SegmentCache());
    }
}
