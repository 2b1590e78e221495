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

    private readonly FileStream _file;

    private LaunchLock(FileStream file) => _file = file;

    /// <exception cref="LaunchException">Another one is at work for too long.</exception>
    public static async Task<LaunchLock> AcquireAsync(RunFolder run, TimeProvider time, CancellationToken cancellation)
    {
        long began = time.GetTimestamp();
        while (true)
        {
            try
            {
                // Its mode is the umask's: the folder lets nobody else in.
                FileStream file = new(
                    run.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None, bufferSize: 0);
                // Who held it may have removed it meanwhile: a lock that has no name keeps nobody out.
                if (File.Exists(run.LockFile)) return new LaunchLock(file);
                await file.DisposeAsync().ConfigureAwait(false);
            }
            catch (DirectoryNotFoundException) when (time.GetElapsedTime(began) <= Deadline)
            {
                DurableDirectory.Create(run.Logs);
                run.Create();
            }
            catch (IOException held)
            {
                if (time.GetElapsedTime(began) > Deadline)
                    throw new LaunchException(
                        $"Another `steno start` or `steno stop` holds {run.LockFile}: {held.Message}",
                        "Wait for it, or end it, and try again.");
            }

            await Task.Delay(Poll, time, cancellation).ConfigureAwait(false);
        }
    }

    public void Dispose() => _file.Dispose();
}
