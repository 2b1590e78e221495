using System.Reflection;

namespace Steno.Commands;

/// <summary>The version of this executable.</summary>
internal static class StenoVersion
{
    /// <summary>As in <c>0.1.0+6c961de…</c>: what is behind the plus is the commit it was built from.</summary>
    public static string Current { get; } =
        typeof(StenoVersion).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion
        ?? "0.0.0";
}
