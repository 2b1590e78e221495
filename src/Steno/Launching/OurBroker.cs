using System.Globalization;
using Steno.Core.Files;
using Steno.Processes;

namespace Steno.Launching;

/// <summary>
/// The broker that <c>steno start</c> launched for a log directory: by the pid that was written down, and where that
/// is gone (its start was killed, its folder deleted), by the broker's own command line, which names its log.
/// </summary>
internal static class OurBroker
{
    /// <summary>Null: none runs, or none that this user may see. By command line on Linux only.</summary>
    public static ProcessIdentity? Find(RunFolder run) => PidFile.ReadAlive(run.BrokerPid) ?? FindByCommandLine(run);

    private static ProcessIdentity? FindByCommandLine(RunFolder run)
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists("/proc")) return null;
        string log = RealPath.Of(run.BrokerLog);
        foreach (string process in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && ProcessIdentity.Of(pid) is { IsAlive: true } found && LogOfBroker(process) is { } its && RealPath.Of(its) == log)
                return found;
        }

        return null;
    }

    private static string? LogOfBroker(string process)
    {
        try
        {
            string[] line = File.ReadAllText(Path.Combine(process, "cmdline")).Split('\0', StringSplitOptions.RemoveEmptyEntries);
            return PortOwner.VerbOf(line) == "broker" ? PortOwner.After(line, DaemonArguments.LogOption) : null;
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return null; // another user's, or it has ended meanwhile
        }
    }
}
