using System.Globalization;
using Steno.Core.Messages;
using Steno.Terminal;

namespace Steno.Views;

/// <summary>Messages as lines of a list: one each, cut to the terminal's width, whole where there is none.</summary>
internal sealed class MessageLines(Screen screen, TimeZoneInfo zone)
{
    private const int SpeakerColumns = 16;

    /// <summary>Less would tell nothing; on so narrow a terminal lines wrap.</summary>
    private const int TextColumnsMin = 20;

    public void Print(RecordedMessage message)
    {
        string seq = message.Seq is { } number ? string.Create(CultureInfo.InvariantCulture, $"#{number}") : "#–";
        string when = Time(message);
        string speaker = Fit(message.Event is { } own ? $"[{own}]" : message.Speaker);
        string odd = message.Flags.HasFlag(MessageOddities.NotUtf8) ? "(bytes) " : "";
        string text = odd + message.Text;
        if (screen.Columns is { } columns)
            text = SafeText.Excerpt(text, Math.Max(TextColumnsMin,
                columns - Math.Max(seq.Length, 6) - when.Length - SpeakerColumns - 3));

        screen.Line($"{Styled.Faint(seq),6} {Styled.Faint(when)} {Styled.Name(speaker),-SpeakerColumns} {text}");
    }

    /// <summary>When it was received, by the clock of who looks; lines of the earlier system show what they say.</summary>
    private string Time(RecordedMessage message) => message.ReceivedAt is { } received
        ? TimeZoneInfo.ConvertTime(received, zone).ToString("HH:mm:ss", CultureInfo.InvariantCulture)
        : message.Timestamp is { Length: >= 19 } stated && stated[10] is 'T' or ' ' ? message.Timestamp[11..19]
        : "--:--:--";

    private static string Fit(string speaker) => SafeText.Excerpt(speaker, SpeakerColumns);
}
