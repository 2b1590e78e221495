namespace Steno.Terminal;

/// <summary>Whether the user of a terminal wants colours.</summary>
internal static class TerminalColours
{
    /// <summary>
    /// NO_COLOR set to anything says no (no-color.org), and so does a terminal that has none.
    /// </summary>
    public static bool Wanted(Func<string, string?> variable) =>
        string.IsNullOrEmpty(variable("NO_COLOR")) && IsAddressable(variable);

    /// <summary>Whether the terminal obeys more than line breaks.</summary>
    public static bool IsAddressable(Func<string, string?> variable) => variable("TERM") is not (null or "" or "dumb");
}
