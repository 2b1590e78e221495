using System.Globalization;
using System.Runtime.InteropServices;
using Steno.Core;

namespace Steno.Processes;

/// <summary>
/// How many files this process may have open at once, and how many of them may be connections. A journal that
/// must be mended needs files, and whoever asks for status a connection: the doors get what these leave.
/// </summary>
internal static partial class OpenFiles
{
    /// <summary>What the doors can need at most, twice over; far from what a system minds.</summary>
    private const int Wanted = 4096;

    /// <summary>
    /// What is opened later, besides connections: lock, doors, journal and second copy (measured: 7), and
    /// for moments what mending, <c>session.json</c> and the runtime open.
    /// </summary>
    private const int Later = 18;

    /// <summary>With fewer nobody would get in.</summary>
    private const int ConnectionsMin = 12;

    private const int WindowsHasNone = 65_536;

    /// <summary>
    /// Raises the soft limit as far as the doors can need it, where the hard one lets it: .NET's native
    /// programs leave it at the 1,024 that many systems begin with. Returns what holds now.
    /// </summary>
    public static int RaiseLimit()
    {
        if (OperatingSystem.IsWindows()) return WindowsHasNone;
        int resource = OperatingSystem.IsLinux() ? 7 : 8; // RLIMIT_NOFILE
        if (getrlimit(resource, out Limit limit) != 0) return Wanted;
        nuint raised = nuint.Max(limit.Soft, nuint.Min(limit.Hard, Wanted));
        if (raised > limit.Soft && setrlimit(resource, limit with { Soft = raised }) == 0) limit = limit with { Soft = raised };
        return (int)nuint.Min(limit.Soft, int.MaxValue);
    }

    /// <summary>
    /// How many connections there may be at once, in all: asked at the start, before anything is opened.
    /// </summary>
    /// <param name="limit">Of <see cref="RaiseLimit"/>.</param>
    /// <param name="dialled">Connections that this process makes.</param>
    /// <exception cref="StenoException">Too few to work with.</exception>
    public static int ConnectionsMax(int limit, int dialled)
    {
        int taken = Count() + Later + dialled;
        if (limit - taken >= ConnectionsMin) return limit - taken;
        throw new StenoException(
            string.Create(CultureInfo.InvariantCulture, $"This process may open only {limit} files at once, and needs {taken + ConnectionsMin}."),
            "Raise its limit (ulimit -n, LimitNOFILE= of a service): 1024 is enough.");
    }

    /// <summary>Those that are open now, and inherited ones among them.</summary>
    private static int Count()
    {
        const int atTheBeginning = 16;
        string place = OperatingSystem.IsLinux() ? "/proc/self/fd" : "/dev/fd";
        return Directory.Exists(place) ? Directory.GetFileSystemEntries(place).Length : atTheBeginning;
    }

    [LibraryImport("libc")]
    private static partial int getrlimit(int resource, out Limit limit);

    [LibraryImport("libc")]
    private static partial int setrlimit(int resource, in Limit limit);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Limit(nuint Soft, nuint Hard);
}
