using Steno.Core.Files;

namespace Steno.Processes;

/// <summary>Directories that only their owner may enter.</summary>
internal static class PrivateDirectory
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    /// <summary>
    /// Makes the directory 0700, its missing parents too; one that was there is narrowed to 0700. Nothing
    /// is synced: for what only running processes need.
    /// </summary>
    /// <exception cref="StorageException">Something else has that name.</exception>
    public static void Create(string path)
    {
        FileFacts.RequireDirectory(path);
        if (OperatingSystem.IsWindows())
        {
            new DirectoryInfo(path).Create();
            return;
        }

        Directory.CreateDirectory(path, OwnerOnly);
        if (File.GetUnixFileMode(path) != OwnerOnly) File.SetUnixFileMode(path, OwnerOnly);
    }
}
