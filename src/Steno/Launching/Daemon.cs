using Steno.Core.Files;
using Steno.Processes;

namespace Steno.Launching;

/// <summary>A daemon that we launch: this executable once more, in the background.</summary>
internal static class Daemon
{
    /// <summary>How much of a daemon's log is shown when it failed.</summary>
    private const int LogLinesShown = 12;
    private const int LogBytesRead = 16 << 10;

    public static DetachedProcess Start(IReadOnlyList<string> arguments, string log, string workingDirectory) =>
        DetachedProcess.Start(
            Executable.Path,
            [.. Executable.FirstArguments, .. arguments],
            DaemonEnvironment.From(Environment.GetEnvironmentVariables()),
            workingDirectory,
            log);

    /// <summary>Where what a daemon says from now on begins in its log.</summary>
    public static long LogEnd(string log) => FileFacts.LengthOf(log);

    /// <summary>The last lines of a daemon's log: it says best why it failed.</summary>
    /// <param name="log">The file.</param>
    /// <param name="from">Before it stand the words of earlier ones.</param>
    public static string LogTail(string log, long from)
    {
        try
        {
            using FileStream file = new(log, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            // A shorter file than it was is a new one.
            file.Position = Math.Max(from <= file.Length ? from : 0, file.Length - LogBytesRead);
            using var reader = new StreamReader(file);
            string[] lines = reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries);
            return string.Join('\n', lines.TakeLast(LogLinesShown));
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException)
        {
            return unreadable.Message;
        }
    }
}
