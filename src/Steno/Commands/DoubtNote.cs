using System.Globalization;

namespace Steno.Commands;

/// <summary>What who reads messages should do about lines that may not be what was written.</summary>
internal static class DoubtNote
{
    /// <returns>Null if there is none.</returns>
    public static string? Of(int lines) => lines == 0 ? null : string.Create(CultureInfo.InvariantCulture,
        $"{lines:N0} {(lines == 1 ? "line is" : "lines are")} damaged, or not proven to be as written (marked so). "
        + $"`steno verify` says what is wrong, and whether there is a good copy.");
}
