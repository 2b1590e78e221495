using Steno.Recorder;

namespace Steno.Commands;

/// <summary>
/// What a verb's exit code means. A verb ended by Ctrl+C exits with 130, as the shell counts it.
/// </summary>
internal static class ExitCodes
{
    public const int Done = 0;

    /// <summary>Failed, or damage was found, or it is not recording.</summary>
    public const int Failed = 1;

    /// <summary>The command line or a setting cannot be taken.</summary>
    public const int WrongUsage = 2;

    /// <summary>Ended by Ctrl+C, as the shell counts it.</summary>
    public const int Interrupted = 130;

    public static int Of(RecorderStatus status) => status.Recording ? Done : Failed;
}
