using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Recovery;
using Steno.Core.Sessions;
using Steno.Core.Verification;

namespace Steno.Core.Restoration;

/// <summary>
/// Manifests and <c>session.json</c> whose line is whole, and that do not end with it: what stands behind it goes to quarantine, and a newline
/// that is missing comes back. Nothing else heals a manifest, and nothing else has all that <c>session.json</c> says.
/// <code>
/// 1. what stands behind the line is copied into quarantine
/// 2. the line takes the file's place
/// </code>
/// Crash after 1: the same again, with another copy in quarantine.
/// </summary>
internal static class LineRestoration
{
    /// <exception cref="StorageException">The disk refuses.</exception>
    public static IEnumerable<RecoveryAction> Run(LogDirectory directory, TimeProvider time, IEnumerable<FoundDamage> found, bool isDryRun)
    {
        foreach (FoundDamage damage in found.Where(SelfHashedFile.IsLineWhole))
        {
            string path = damage.File;
            long end = damage.Offset;
            string? report = null;
            if (!isDryRun)
            {
                byte[] line = File.ReadAllBytes(path)[..(int)(end > 0 ? end - 1 : damage.Length)];
                if (end > 0)
                {
                    Guid? session = damage.Role == FileRole.Manifest ? CheckpointManifest.Load(path).Session : SessionManifest.Load(path)!.Id;
                    report = new Quarantine(directory, time).KeepBehind(path, end, damage.Length, session);
                }

                directory.Disk.WriteAtomically(path, [.. line, (byte)'\n']);
            }

            string what = end > 0 ? "What stands behind its line goes to quarantine." : "Its newline comes back.";
            yield return new RecoveryAction(path, damage.Role, what, 0, 0, []) { Quarantined = report is null ? null : Quarantine.BytesPath(report) };
        }
    }
}
