namespace Steno.Core.Messages;

/// <summary>What lines on coverage say with a fixed word: who reads them goes by it.</summary>
public static class CoverageWords
{
    /// <summary>In the place of an endpoint: the recorder itself was not there.</summary>
    public const string AnySource = "*";
}
