using System.CommandLine;
using Steno.Launching;
using Steno.Processes;

namespace Steno.Commands;

/// <summary>
/// The daemons' hidden option: <c>steno start</c> says where it sent their output, and they keep that file
/// within bounds. In the foreground there is no such file.
/// </summary>
internal static class DaemonLogOption
{
    public static Option<string> AddTo(Command verb)
    {
        var option = new Option<string>(DaemonArguments.LogOption) { Hidden = true };
        verb.Add(option);
        return option;
    }

    /// <summary>Dispose what it returns when the daemon ends.</summary>
    public static DaemonLog? Open(ParseResult parsed, Option<string> option, TimeProvider time) =>
        parsed.GetValue(option) is { } path ? new DaemonLog(path, time) : null;
}
