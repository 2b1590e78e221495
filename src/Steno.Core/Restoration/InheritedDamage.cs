using Steno.Core.Files;
using Steno.Core.Sessions;

namespace Steno.Core.Restoration;

/// <summary>
/// A session knows of damage in the journals of those that it continues. What was healed there it forgets: its verdict
/// rests on that.
/// </summary>
internal static class InheritedDamage
{
    /// <param name="restored">Sessions whose journals were looked at; what stays damaged in them is known.</param>
    /// <param name="isDryRun">Nothing is written.</param>
    /// <returns>The <c>session.json</c> files that were changed, or would be.</returns>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public static IReadOnlyList<string> Update(LogDirectory directory, IReadOnlyList<SessionRestoration> restored, DateTimeOffset now, bool isDryRun)
    {
        Dictionary<Guid, SessionRestoration> healed = restored.Where(one => !one.Session.IsCurrent && one.Remaining is not null)
            .ToDictionary(one => one.Session.Id!.Value);
        if (healed.Count == 0) return [];
        List<string> changed = [];
        IEnumerable<string> files = Directory.Exists(directory.Archive) ? Directory.GetFiles(directory.Archive, "*.session.json") : [];
        foreach (string file in files.Append(directory.SessionFile))
        {
            if (TryLoad(file) is not { } manifest) continue;
            List<KnownDamage> stays = [.. manifest.KnownDamage.Where(damage => !IsHealed(damage, healed))];
            if (stays.Count == manifest.KnownDamage.Count) continue;
            changed.Add(file);
            if (!isDryRun)
            {
                SessionVerdict? verdict = VerdictAfterHealing.Of(
                    manifest.Verdict, manifest.KnownDamage, stays, manifest.Verified.Seq, now);
                (manifest with { KnownDamage = stays, Verdict = verdict }).Save(directory.Disk, file);
            }
        }

        return changed;
    }

    private static bool IsHealed(KnownDamage damage, Dictionary<Guid, SessionRestoration> healed) =>
        damage.IsPlace && damage.Session is { } id && healed.TryGetValue(id, out SessionRestoration? session)
        && !session.Remaining!.Any(left => left.FirstSeq <= damage.LastSeq && damage.FirstSeq <= left.LastSeq);

    private static SessionManifest? TryLoad(string file)
    {
        try
        {
            return SessionManifest.Load(file);
        }
        catch (StenoException)
        {
            return null; // the verification behind the recovery names it
        }
    }
}
