using System.Text.RegularExpressions;

namespace Steno.Configuration;

/// <summary>A path in a command that is advised.</summary>
internal static partial class ShellWord
{
    /// <summary>As the shell takes it for one word.</summary>
    public static string Of(string path) =>
        Plain().IsMatch(path) ? path : $"'{path.Replace("'", "'\\''", StringComparison.Ordinal)}'";

    [GeneratedRegex("^[A-Za-z0-9_@%+=:,./~-]+$", RegexOptions.CultureInvariant)]
    private static partial Regex Plain();
}
