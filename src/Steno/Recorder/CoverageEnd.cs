namespace Steno.Recorder;

/// <summary>Why a recorder ceases to hear.</summary>
internal static class CoverageEnd
{
    /// <summary>How the reason begins where somebody has stopped the recorder; any other is no doing of a user's.</summary>
    public const string InOrder = "The recorder was stopped";
}
