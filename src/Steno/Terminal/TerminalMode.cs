using System.Runtime.InteropServices;

namespace Steno.Terminal;

/// <summary>
/// How the terminal treats what is typed (echo, lines), as it was found. Reading single keys changes it, and not
/// every shell puts it right.
/// </summary>
internal sealed partial class TerminalMode
{
    private const int StandardInput = 0;
    private const int AfterOutput = 1; // TCSADRAIN, on Linux and macOS

    /// <summary>More than a termios has anywhere (60 bytes on Linux, 72 on macOS): it is never looked into.</summary>
    private const int BytesMax = 256;

    private readonly byte[] _found;

    private TerminalMode(byte[] found) => _found = found;

    /// <summary>Null if standard input is no terminal.</summary>
    public static TerminalMode? Find()
    {
        if (OperatingSystem.IsWindows()) return null;
        byte[] found = new byte[BytesMax];
        return tcgetattr(StandardInput, found) == 0 ? new TerminalMode(found) : null;
    }

    /// <summary>A terminal that has gone needs nothing put right.</summary>
    public void Restore() => _ = tcsetattr(StandardInput, AfterOutput, _found);

    [LibraryImport("libc")]
    private static partial int tcgetattr(int descriptor, byte[] termios);

    [LibraryImport("libc")]
    private static partial int tcsetattr(int descriptor, int when, byte[] termios);
}
