using System.Globalization;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Recovery;
using Steno.Core.Sessions;

namespace Steno.Core.Verification;

/// <summary>
/// Sealed sessions of which neither journal nor <c>session.json</c> is here, and that can be made again (docs/adr/0047): a checkpoint
/// has lines of them, or another session names them and a file has lines that do, a kept second copy or a segment that no manifest names.
/// </summary>
internal sealed class AbsentSessions(LogDirectory directory, IReadOnlyList<CheckpointManifest> checkpoints)
{
    /// <summary>Files in <c>segments</c> that manifests name; null: not asked for yet.</summary>
    private HashSet<string>? _named;

    /// <param name="sessions">Those that are here.</param>
    /// <param name="parents">Sessions that one of those continues, or one with checkpoints.</param>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public IEnumerable<SessionFiles> Find(IReadOnlyList<SessionFiles> sessions, IEnumerable<SessionParent> parents)
    {
        HashSet<Guid> known = [.. sessions.Select(session => session.Id).OfType<Guid>()];
        foreach (CheckpointManifest newest in checkpoints)
            if (known.Add(newest.Session)) yield return Absent(newest.Session, newest.SessionStarted);
        foreach (SessionParent parent in parents)
            if (known.Add(parent.Id) && HasLines(parent)) yield return Absent(parent.Id, StartedOf(parent.Id));
    }

    /// <summary>Their journals were in the archive, and are to be there.</summary>
    private SessionFiles Absent(Guid session, DateTimeOffset started) => new()
    {
        Journal = directory.ArchivedJournal(started, session),
        File = directory.ArchivedSessionFile(started, session),
        Id = session,
        IsAbsent = true,
    };

    private bool HasLines(SessionParent parent)
    {
        string folder = Path.GetDirectoryName(directory.RecoveryFile)!;
        string[] kept = Directory.Exists(folder) ? Directory.GetFiles(folder, LogDirectory.KeptRecoveryFiles) : [];
        if (kept.Append(directory.RecoveryFile).Any(copy => SecondCopy.ReadSession(copy) == parent.Id)) return true;
        _named ??= [.. checkpoints.SelectMany(one => SegmentTree.SegmentsLeniently(directory, one.Segments)).Select(entry => entry.File)];
        foreach (LineSource segment in new StraySegments(directory, _named).With([(1, 1)])) // the line that names it is its first
        {
            using (segment)
                if (StraySegments.Names(segment, parent.Id)) return true;
        }

        return false;
    }

    /// <summary>Ids begin with the time when they were made (UUID version 7).</summary>
    private static DateTimeOffset StartedOf(Guid session) => session.Version == 7
        ? DateTimeOffset.FromUnixTimeMilliseconds(long.Parse(session.ToString("N")[..12], NumberStyles.HexNumber, CultureInfo.InvariantCulture))
        : DateTimeOffset.UnixEpoch;
}
