using System.Globalization;

namespace Steno.Configuration;

/// <summary>Spans of time as people write them: <c>300</c>, <c>300s</c>, <c>5m</c>, <c>1h</c>.</summary>
internal static class TimeText
{
    private static readonly (string Name, TimeSpan Unit)[] Units =
        [("h", TimeSpan.FromHours(1)), ("m", TimeSpan.FromMinutes(1)), ("s", TimeSpan.FromSeconds(1))];

    /// <summary>Reads a whole number of seconds, minutes or hours; without a unit it is seconds.</summary>
    /// <param name="most">Anything longer is none.</param>
    public static bool TryParse(string text, TimeSpan most, out TimeSpan span)
    {
        span = default;
        ReadOnlySpan<char> number = text.AsSpan().Trim();
        TimeSpan unit = TimeSpan.FromSeconds(1);
        foreach ((string name, TimeSpan of) in Units)
        {
            if (!number.EndsWith(name, StringComparison.OrdinalIgnoreCase)) continue;
            number = number[..^name.Length].TrimEnd();
            unit = of;
            break;
        }

        if (!long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out long count)) return false;
        if (count > most / unit) return false;
        span = count * unit;
        return true;
    }
}
