using Steno.Core.Checkpoints;

namespace Steno.Core.Restoration;

/// <summary>
/// Makes a list again from the entries that it named: other manifests and lists have them too, as a rule. Its hash,
/// which is in every manifest that names it, proves the result.
/// </summary>
internal static class LostList
{
    /// <summary>Ways through the entries that are tried: there is one, but where a session's lines were stored twice.</summary>
    private const int TriesMax = 10_000;

    /// <param name="list">As the manifests have it.</param>
    /// <param name="known">All entries that anything names.</param>
    /// <returns>The file; null if it cannot be made.</returns>
    public static byte[]? Make(SegmentEntry list, IEnumerable<SegmentEntry> known)
    {
        ILookup<long, SegmentEntry> byFirst = known.Where(entry => entry.Level == list.Level - 1).Distinct().ToLookup(entry => entry.FirstSeq);
        int tries = 0;
        return Try([], list.FirstSeq);

        byte[]? Try(List<SegmentEntry> taken, long next)
        {
            if (taken.Count == SegmentTree.Fan)
                return next == list.LastSeq + 1 && SegmentTree.Serialize(taken) is var made && SegmentTree.HashOf(made) == list.Sha256 ? made : null;
            foreach (SegmentEntry entry in byFirst[next])
            {
                if (entry.LastSeq > list.LastSeq || ++tries > TriesMax) continue;
                if (Try([.. taken, entry], entry.LastSeq + 1) is { } found) return found;
            }

            return null;
        }
    }
}
