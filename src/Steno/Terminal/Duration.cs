using System.Globalization;

namespace Steno.Terminal;

/// <summary>How long something took or is ago, for people: one unit is enough.</summary>
internal static class Duration
{
    public static string Format(TimeSpan duration)
    {
        // A clock that was set back must not show a negative age.
        if (duration < TimeSpan.Zero) duration = TimeSpan.Zero;
        FormattableString text = duration switch
        {
            { TotalSeconds: < 1 } => $"{duration.TotalMilliseconds:0} ms",
            { TotalMinutes: < 2 } => $"{duration.TotalSeconds:0} s",
            { TotalHours: < 2 } => $"{duration.TotalMinutes:0} min",
            { TotalDays: < 2 } => $"{duration.TotalHours:0} h",
            _ => $"{duration.TotalDays:0} days",
        };
        return text.ToString(CultureInfo.InvariantCulture);
    }
}
