using Steno.Core.Files;

namespace Steno.Launching;

/// <summary>
/// Lets one <c>start</c> or <c>stop</c> at a time work on a log directory: agents that begin together call
/// <c>start</c> together. Given up when disposed, or by the system when the process ends however it ends.
/// </summary>
internal sealed class LaunchLock : IDisposable
{
    /// <summary>Longer than any start or stop takes by its own deadlines.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(20);

    private readonly DurableFile _file;

    private LaunchLock(DurableFile file) => _file = file;

    /// <exception cref="LaunchException">Another one is at work for too long.</exception>
    /// <exception cref="StorageException">The lock cannot be made: no room, no permission.</exception>
    public static async Task<LaunchLock> AcquireAsync(RunFolder run, TimeProvider time, CancellationToken cancellation)
    {
        long began = time.GetTimestamp();
        while (true)
        {
            FileFacts.RequireFile(run.LockFile);
            try
            {
                DurableFile file = Disk.Real.OpenLocked(run.LockFile);
                // Who held it may have removed it meanwhile: a lock without its name keeps nobody out.
                if (FileFacts.Of(run.LockFile) is { } named && named.IsSameAs(file.Facts)) return new LaunchLock(file);
                file.Dispose();
            }
            catch (StorageException gone) when (!gone.IsLockedByAnother && !Directory.Exists(run.Path) && !IsLate())
            {
                Disk.Real.CreateDirectory(run.Logs);
                run.Create();
            }
            catch (StorageException held) when (held.IsLockedByAnother)
            {
                if (IsLate())
                    throw new LaunchException(
                        $"Another `steno start` or `steno stop` holds {run.LockFile}: {held.Message}",
                        "Wait for it, or end it, and try again.");
            }

            await Task.Delay(Poll, time, cancellation).ConfigureAwait(false);
        }

        bool IsLate() => time.GetElapsedTime(began) > Deadline;
    }

    public void Dispose() => _file.Dispose();
}
