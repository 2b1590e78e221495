using System.Reflection;

namespace Steno;

/// <summary>The version of this executable.</summary>
internal static class StenoVersion
{
    private const int CommitCharacters = 7;

    /// <summary>
    /// As in <c>0.1.0+6c961de</c>: what is behind the plus is the commit it was built from.
    /// </summary>
    public static string Current { get; } = Shorten(
        typeof(StenoVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? "0.0.0");

    private static string Shorten(string version) =>
        version.IndexOf('+', StringComparison.Ordinal) is > 0 and var plus && version.Length > plus + CommitCharacters
            ? version[..(plus + 1 + CommitCharacters)]
            : version;
}
