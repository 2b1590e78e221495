using Steno.Recorder;
using Steno.Terminal;

namespace Steno.Commands;

/// <summary>The time between two recorders in words.</summary>
internal static class Unheard
{
    public static string Describe(UnheardStatus unheard, DateTimeOffset now) =>
        $"for {Duration.Format(unheard.To - unheard.From)}, until {Duration.Format(now - unheard.To)} ago: {unheard.Reason} What was said then is not known.";
}
