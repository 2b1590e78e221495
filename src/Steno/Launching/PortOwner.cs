using System.Globalization;
using Steno.Core.Files;
using Steno.Zmtp;

namespace Steno.Launching;

/// <summary>
/// Who listens at an address of this machine, as far as /proc shows it to us: processes of this user, on
/// Linux. For messages only; nothing is decided by it.
/// </summary>
internal static class PortOwner
{
    private const string ListenState = "0A";

    /// <summary>
    /// In words, such as <c>steno broker (pid 4711, of Steno on /home/you/conversation_logs)</c>; null if not
    /// known.
    /// </summary>
    public static string? Describe(ZmtpEndpoint door) =>
        CommandLineOf(door) is var (pid, line) ? Describe(pid, line) : null;

    /// <summary>The log directory that who listens there has now; null: it is no daemon of Steno, or it is not known.</summary>
    public static string? LogsOf(ZmtpEndpoint door) =>
        CommandLineOf(door) is var (pid, line) && VerbOf(line) is not null ? LogsOf(pid, line) : null;

    /// <summary>The process; null if not known.</summary>
    public static int? PidOf(ZmtpEndpoint door) => CommandLineOf(door)?.Pid;

    /// <summary>
    /// Where publishers connect to the broker that has this door for subscribers; null if it is none of ours,
    /// or does not say so on its command line.
    /// </summary>
    public static ZmtpEndpoint? PublishersOf(ZmtpEndpoint subscribers) =>
        CommandLineOf(subscribers) is var (_, line) && VerbOf(line) == "broker"
        && ZmtpEndpoint.TryParse(After(line, Configuration.SettingKey.Publishers.Option) ?? "", out ZmtpEndpoint? door, out _)
            ? door
            : null;

    private static (int Pid, string[] Line)? CommandLineOf(ZmtpEndpoint door)
    {
        if (!OperatingSystem.IsLinux() || door.IsIpc) return null;
        try
        {
            if (SocketOf(door.Port) is not { } socket || DescriptorHolder.Find(socket) is not { } pid) return null;
            return (pid, File.ReadAllText($"/proc/{pid}/cmdline").Split('\0', StringSplitOptions.RemoveEmptyEntries));
        }
        catch (Exception hidden) when (hidden is IOException or UnauthorizedAccessException)
        {
            return null; // /proc is not there, or is closed to us
        }
    }

    /// <summary>The inode of the socket that listens, as <c>socket:[4711]</c>.</summary>
    private static string? SocketOf(int port)
    {
        string wanted = string.Create(CultureInfo.InvariantCulture, $":{port:X4}");
        foreach (string table in new[] { "/proc/self/net/tcp", "/proc/self/net/tcp6" })
        {
            if (!File.Exists(table)) continue;
            foreach (string row in File.ReadLines(table))
            {
                // sl local_address rem_address st tx:rx tr:when retrnsmt uid timeout inode
                string[] fields = row.Split(' ', StringSplitOptions.RemoveEmptyEntries);
                if (fields.Length > 9 && fields[3] == ListenState && fields[1].EndsWith(wanted, StringComparison.Ordinal))
                    return $"socket:[{fields[9]}]";
            }
        }

        return null;
    }

    private static string Describe(int pid, string[] line)
    {
        if (VerbOf(line) is { } verb)
            return $"`steno {verb}` (pid {pid}{(LogsOf(pid, line) is { } logs ? $", of Steno on {logs}" : "")})";
        string name = line.Length == 0 ? "a process" : Path.GetFileName(line[0]);
        return $"{name} (pid {pid})";
    }

    /// <summary>Of <c>steno broker</c>, or <c>dotnet steno.dll broker</c>; null if it is no daemon of
    /// Steno.</summary>
    internal static string? VerbOf(string[] line)
    {
        int verb = Array.FindIndex(line, word => word is "broker" or "record");
        return verb is 1 or 2 && Path.GetFileNameWithoutExtension(line[verb - 1]).Equals("steno", StringComparison.Ordinal)
            ? line[verb]
            : null;
    }

    /// <summary>
    /// A recorder has its lock open, wherever that is by now, and what <c>start</c> launched works in its log directory. Else, as it was told:
    /// its log directory, and where in it its own log is.
    /// </summary>
    private static string? LogsOf(int pid, string[] line)
    {
        string? log = After(line, DaemonArguments.LogOption);
        string? now = DescriptorHolder.FindFile(pid, LogDirectory.LockName) is { } held ? Path.GetDirectoryName(held)
            : log is null ? null : new FileInfo($"/proc/{pid}/cwd").LinkTarget;
        return Directory.Exists(now) ? now
            : After(line, Configuration.SettingKey.Logs.Option) ?? (log is null ? null : Path.GetDirectoryName(Path.GetDirectoryName(log)));
    }

    internal static string? After(string[] line, string option) =>
        Array.IndexOf(line, option) is >= 0 and var at && at + 1 < line.Length ? line[at + 1] : null;
}
