namespace Steno.Core.Messages;

/// <summary>What lines on coverage say with a fixed word: who reads them goes by it.</summary>
public static class CoverageWords
{
    /// <summary>In the place of an endpoint: the recorder itself was not there.</summary>
    public const string AnySource = "*";

    /// <summary>How the reason begins where somebody has stopped the recorder; any other end was nobody's wish.</summary>
    public const string InOrder = "The recorder was stopped";
}
