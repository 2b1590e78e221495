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
    public static ProcessIdentity? Find(RunFolder run) => FindNamed(run) ?? FindByCommandLine(run);

    /// <summary>By the pid that was written down alone.</summary>
    public static ProcessIdentity? FindNamed(RunFolder run) =>
        PidFile.ReadAlive(run.BrokerPid) is { } named && !IsElsewhere(named, run) ? named : null;

    /// <summary>It works in another log directory: this one is a copy of that, or had its name before it was moved.</summary>
    private static bool IsElsewhere(ProcessIdentity broker, RunFolder run)
    {
        try
        {
            return new FileInfo($"/proc/{broker.Pid}/cwd").LinkTarget is { } its && File.Exists(new RunFolder(its).BrokerLog) && its != RealPath.Of(run.Logs);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            return false; // another user's, or it has ended meanwhile
        }
    }

    private static ProcessIdentity? FindByCommandLine(RunFolder run)
    {
        if (!OperatingSystem.IsLinux() || !Directory.Exists("/proc")) return null;
        string log = RealPath.Of(run.BrokerLog);
        foreach (string process in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(process), NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
                && ProcessIdentity.Of(pid) is { IsAlive: true } found && LogOfBroker(process) is { } its && RealPath.Of(its) == log && !IsElsewhere(found, run))
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
