namespace Steno.Processes;

/// <summary>
/// The Unix-domain sockets of this machine, as far as /proc shows them: those of all users, on Linux. A socket keeps the path
/// that it was bound to, whatever becomes of the file.
/// </summary>
internal static class UnixSockets
{
    private const string Table = "/proc/net/unix";

    /// <summary>The sockets that were bound to this path, as the kernel names them: <c>socket:[4711]</c>. Empty where it is not told.</summary>
    /// <param name="path">As it was bound: absolute, and without symbolic links.</param>
    public static IReadOnlyList<string> BoundTo(string path)
    {
        if (!OperatingSystem.IsLinux()) return [];
        try
        {
            // Num RefCount Protocol Flags Type St Inode Path, which may have spaces.
            return
            [
                .. File.ReadLines(Table).Select(row => row.Split(' ', 8, StringSplitOptions.RemoveEmptyEntries))
                    .Where(fields => fields.Length == 8 && fields[7] == path).Select(fields => $"socket:[{fields[6]}]").Distinct(),
            ];
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return []; // /proc is not there, or is closed to us
        }
    }
}
