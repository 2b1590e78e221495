using System.Globalization;

namespace Steno.Commands;

/// <summary>Numbers with what they count.</summary>
internal static class Counted
{
    public static string Lines(long count) => count == 1 ? "1 line" : string.Create(CultureInfo.InvariantCulture, $"{count:N0} lines");
}
