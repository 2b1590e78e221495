using Steno.Core.Files;

namespace Steno.Tests.Restoration;

/// <summary>Copies of whole directories.</summary>
internal static class Copies
{
    /// <param name="to">Does not exist yet.</param>
    public static void Directory(string from, string to)
    {
        foreach (string directory in System.IO.Directory.GetDirectories(from, "*", SearchOption.AllDirectories).Prepend(from))
            Disk.Real.CreateDirectory(Path.Combine(to, Path.GetRelativePath(from, directory)));
        foreach (string file in System.IO.Directory.GetFiles(from, "*", SearchOption.AllDirectories))
            File.Copy(file, Path.Combine(to, Path.GetRelativePath(from, file)));
    }
}
