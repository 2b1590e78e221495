using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Sessions;

/// <summary>Hashes of a session's lines, by their sequence, that its <c>session.json</c> and its checkpoints state. Takes no lock.</summary>
internal static class StatedBySession
{
    /// <summary>Reads all manifests, and the lists that those of the session name; what cannot be read states nothing.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public static IReadOnlyDictionary<long, ChainHash> Of(LogDirectory directory, SessionManifest session)
    {
        StatedLines stated = new(session.EarlierHead);
        stated.Add(session.Verified.Seq, session.Verified.HeadHash);
        foreach ((long seq, ChainHash hash) in KnownDamage.Stated(session.KnownDamage)) stated.Add(seq, hash);
        foreach (CheckpointManifest one in CheckpointCatalogue.All(directory, static (_, _) => { }))
        {
            // What it was loaded from is known of its own lines as well.
            if (one.Session != session.Id && session.Loaded?.IsOf(one) != true) continue;
            stated.Add(one.LastSeq, one.End.Hash);
            foreach (SegmentEntry entry in SegmentTree.SegmentsLeniently(directory, one.Segments)) stated.Add(entry.LastSeq, entry.HeadHash);
        }

        return stated.Lines;
    }
}
