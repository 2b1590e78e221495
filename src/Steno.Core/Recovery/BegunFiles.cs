using Steno.Core.Files;

namespace Steno.Core.Recovery;

/// <summary>The temporary files of what is made again in one step (<see cref="Disk.WriteAtomically"/>), where a crash came before that.</summary>
internal static class BegunFiles
{
    private const string Temporary = ".tmp";

    /// <summary>
    /// Removes those of <c>session.json</c>, of the archived ones, and of the small files beside the second copy: none is read
    /// before it has its name. Links, and names that are none of ours, stay. Who holds the lock calls it. Nothing is durable yet: after a crash it is done again.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public static void Clear(LogDirectory directory)
    {
        foreach (string path in new[] { directory.SessionFile, directory.UnhealedFile, directory.Untold("*"), Path.Combine(directory.Archive, "????????T??????Z_*.session.json") })
        {
            DirectoryInfo folder = new(Path.GetDirectoryName(path)!);
            if (!folder.Exists) continue;
            foreach (FileInfo file in folder.EnumerateFiles(Path.GetFileName(path) + Temporary))
                if (file.LinkTarget is null) directory.Disk.Delete(file.FullName);
        }
    }
}
