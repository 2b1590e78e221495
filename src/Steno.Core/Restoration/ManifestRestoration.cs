using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Recovery;
using Steno.Core.Verification;

namespace Steno.Core.Restoration;

/// <summary>
/// Manifests whose line is whole, and that do not end with it: what stands behind it goes to quarantine, and a newline that is
/// missing comes back. Nothing else heals a manifest.
/// <code>
/// 1. what stands behind the line is copied into quarantine
/// 2. the line takes the file's place
/// </code>
/// Crash after 1: the same again, with another copy in quarantine.
/// </summary>
internal static class ManifestRestoration
{
    /// <exception cref="StorageException">The disk refuses.</exception>
    public static IEnumerable<RecoveryAction> Run(LogDirectory directory, TimeProvider time, IEnumerable<FoundDamage> found, bool isDryRun)
    {
        foreach (FoundDamage damage in found.Where(one => one.Role == FileRole.Manifest && SelfHashedFile.IsLineWhole(one)))
        {
            string path = damage.File;
            long end = damage.Offset;
            string? report = null;
            if (!isDryRun)
            {
                byte[] line = File.ReadAllBytes(path)[..(int)(end > 0 ? end - 1 : damage.Length)];
                if (end > 0)
                {
                    report = new Quarantine(directory, time).Keep(path, new QuarantineReport
                    {
                        State = QuarantineReport.Repaired,
                        What = "foreign_bytes",
                        Found = time.GetUtcNow(),
                        Source = Path.GetRelativePath(directory.Root, path),
                        Offset = end,
                        Length = damage.Length,
                        Session = CheckpointManifest.Load(path).Session,
                    });
                }

                directory.Disk.WriteAtomically(path, [.. line, (byte)'\n']);
            }

            string what = end > 0 ? "What stands behind its line goes to quarantine." : "Its newline comes back.";
            yield return new RecoveryAction(path, FileRole.Manifest, what, 0, 0, []) { Quarantined = report is null ? null : Quarantine.BytesPath(report) };
        }
    }
}
