using System.Globalization;

namespace Steno.Commands;

/// <summary>How the reading verbs tell of repeats that they leave out.</summary>
internal static class Repeats
{
    public static string Hidden(int count) => count == 1
        ? "1 repeat is hidden; --all shows it."
        : string.Create(CultureInfo.InvariantCulture, $"{count} repeats are hidden; --all shows them.");
}
