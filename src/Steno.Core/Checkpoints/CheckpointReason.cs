namespace Steno.Core.Checkpoints;

/// <summary>Why a checkpoint was made.</summary>
public static class CheckpointReason
{
    /// <summary>It was time, and there was something new.</summary>
    public const string Auto = "auto";

    /// <summary>Somebody asked for it.</summary>
    public const string Manual = "manual";

    /// <summary>An agent's session ended.</summary>
    public const string SessionEnd = "session_end";

    /// <summary>Another checkpoint was about to be loaded.</summary>
    public const string BeforeLoad = "before_load";

    /// <summary>The recorder stopped.</summary>
    public const string Shutdown = "shutdown";

    public static readonly IReadOnlyList<string> All = [Auto, Manual, SessionEnd, BeforeLoad, Shutdown];

    /// <summary>Nobody asked for it: without anything new there is none.</summary>
    internal static bool NeedsNews(string reason) => reason is Auto or Shutdown;
}
