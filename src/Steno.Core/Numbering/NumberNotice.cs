using System.Globalization;
using Steno.Core.Messages;

namespace Steno.Core.Numbering;

/// <summary>Something about a publisher's numbers that the journal has to tell: a <c>gap</c> line.</summary>
/// <param name="Kind">One of the kinds below: part of the format, never renamed.</param>
/// <param name="Publisher">Who spoke first in this run.</param>
/// <param name="Numbers">In ranges, as <see cref="NumberRanges.Format"/> writes them.</param>
/// <param name="Count">How many numbers these are.</param>
public sealed record NumberNotice(string Kind, string Publisher, Guid Run, string Numbers, long Count)
{
    /// <summary>They were given and have not arrived.</summary>
    public const string Missing = "numbers_missing";

    /// <summary>They were told as missing, and have arrived after all: that gap is closed.</summary>
    public const string Late = "numbers_late";

    /// <summary>They came a second time, and not as repetitions of the same message.</summary>
    public const string Doubled = "numbers_doubled";

    public SystemEvent ToEvent()
    {
        string which = string.Create(
            CultureInfo.InvariantCulture,
            $"{(Count == 1 ? "Number" : $"{Count} numbers")} of {Publisher}, run {Run}");
        string text = Kind switch
        {
            Missing => $"{which}, did not arrive: {Numbers}.",
            Late => $"{which}, arrived after all: {Numbers}.",
            _ => $"{which}, came again with another message: {Numbers}.",
        };
        return new SystemEvent(
            SystemEventNames.Gap, text,
            SystemEventField.Of("kind", Kind),
            SystemEventField.Of("publisher", Publisher),
            SystemEventField.Of("publisher_run", Run.ToString()),
            SystemEventField.Of("numbers", Numbers),
            SystemEventField.Of("count", Count));
    }
}
