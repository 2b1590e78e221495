using System.Runtime.InteropServices;

namespace Steno.Tests.Processes;

internal static class NativeCalls
{
    [DllImport("libc")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    internal static extern int fcntl(int descriptor, int command, int argument);
}
