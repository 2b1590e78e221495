using System.Runtime.InteropServices;

namespace Steno.Processes;

/// <summary>
/// A file that would grow beyond the process's limit (<c>ulimit -f</c>) does not end the process, as it does by default: the write
/// fails instead, and is told like any other refusal of the disk.
/// </summary>
internal static class FileLimit
{
    /// <summary>SIGXFSZ on Linux and macOS; .NET has no name for it, and takes its number.</summary>
    private const PosixSignal FileTooLarge = (PosixSignal)25;

    /// <summary>For as long as what it returns is not disposed; null where there is no such signal.</summary>
    public static PosixSignalRegistration? Survive() => OperatingSystem.IsWindows()
        ? null
        : PosixSignalRegistration.Create(FileTooLarge, context => context.Cancel = true);
}
