using System.Globalization;
using Steno.Core.Files;

namespace Steno.Processes;

/// <summary>
/// Remembers a process that was started in the background: its pid and start time on one line, such as <c>4711 start=129737</c>,
/// so that who gives all of it to <c>kill</c> hits nobody else. What it says holds only while <see cref="ProcessIdentity.IsAlive"/>.
/// </summary>
internal static class PidFile
{
    /// <summary>Two numbers.</summary>
    private const int BytesMax = 64;

    private const string Start = "start=";

    /// <exception cref="StorageException">It cannot be written, or a directory has its name.</exception>
    public static void Write(string path, ProcessIdentity process) => Disk.Real.WriteAtomically(
        path, System.Text.Encoding.ASCII.GetBytes(
            string.Create(CultureInfo.InvariantCulture, $"{process.Pid} {Start}{process.StartTicks}\n")));

    /// <summary>The process, if the file is there, can be read, and the process still lives.</summary>
    public static ProcessIdentity? ReadAlive(string path) => Read(path) is { IsAlive: true } alive ? alive : null;

    /// <summary>The process, alive or not, if the file is there and can be read.</summary>
    public static ProcessIdentity? Read(string path)
    {
        try
        {
            if (FileFacts.Of(path) is not { Kind: FileKind.File, Length: <= BytesMax }) return null; // nothing that we wrote
            string[] parts = File.ReadAllText(path).Split(' ', StringSplitOptions.TrimEntries);
            if (parts is [var pid, var ticks]
                && int.TryParse(pid, NumberStyles.None, CultureInfo.InvariantCulture, out int number)
                && long.TryParse(ticks.StartsWith(Start, StringComparison.Ordinal) ? ticks[Start.Length..] : ticks, NumberStyles.None, CultureInfo.InvariantCulture, out long start))
                return new ProcessIdentity(number, start);
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or StorageException)
        {
            // As good as none.
        }

        return null;
    }
}
