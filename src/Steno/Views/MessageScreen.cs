using System.Globalization;
using System.Text;
using System.Text.Unicode;
using Steno.Core.Messages;
using Steno.Terminal;

namespace Steno.Views;

/// <summary>
/// One message whole: who, when, how it came, what it says. Names and such are cut to one line each.
/// </summary>
internal static class MessageScreen
{
    /// <summary>Before every value; what is left of the line is the value's.</summary>
    private const int MarginColumns = 13;

    /// <summary>Enough to tell names apart, on a line that is no terminal's.</summary>
    public const int OrdinaryColumns = 160;

    private const int NameColumnsMin = 20;

    /// <summary>Behind topic and payload, counted from one.</summary>
    private const int FirstFurther = 3;

    public static void Print(JournalEntry entry, string? session, Screen screen, TimeProvider time)
    {
        RecordedMessage message = entry.Message;
        string name = entry.IsDamaged ? "(damaged line)" : Fit(message.Speaker, screen);
        screen.Line($"{Styled.Strong(message.Seq is { } seq ? $"#{seq}" : "#–")} {Styled.Name(name)}{Role(message, screen)}");
        Field(screen, "session", session);
        if (entry.Doubt is { } doubt) screen.Line($"  {"in doubt",-10} {Styled.Bad(doubt.Sentence)}");
        if (entry.IsDamaged)
        {
            Field(screen, "place", string.Create(CultureInfo.InvariantCulture, $"{entry.Bytes} bytes from byte {entry.Offset} on"));
            screen.Line($"  `steno show --raw` hands out its bytes.");
            return;
        }

        Field(screen, "said", Said(message));
        Field(screen, "received", Received(message, time));
        Field(screen, "id", message.Id);
        Field(screen, "context", message.ContextId);
        Field(screen, "topic", message.Topic);
        Field(screen, "through", message.Source);
        Field(screen, "event", message.Event);
        Field(screen, "labels", Labels(message));
        if (message.DuplicateOf is { } first) screen.Line($"  repeats    #{first}");
        if (message.Flags != MessageOddities.None)
            screen.Line($"  odd        {Styled.Warning(string.Join(", ", message.FlagNames))}");
        if (message.Truncation is { } cut)
            screen.Line($"  cut        {Styled.Warning($"the first {message.Payload().Length} of {cut.TotalBytes} bytes, SHA-256 {Convert.ToHexStringLower(cut.Sha256.Span)}")}");
        Field(screen, "hash", message.Hash);
        screen.Line();
        screen.Lines(message.Text, "  | ");
        for (int i = 0; i < message.FurtherFrames.Count; i++) PrintFrame(i + FirstFurther, message.FurtherFrames[i], screen);
    }

    private static void PrintFrame(int number, byte[] frame, Screen screen)
    {
        screen.Line();
        bool isText = Utf8.IsValid(frame);
        string rest = isText ? "" : "; no text: `steno show --json` has them in base64";
        screen.Line($"  frame {number}    {frame.Length} {(frame.Length == 1 ? "byte" : "bytes")}{rest}");
        if (isText) screen.Lines(Encoding.UTF8.GetString(frame), "  | ");
    }

    /// <summary>
    /// What a journal has for a sender that names no time is the recorder's: that one is shown as received.
    /// </summary>
    private static string Said(RecordedMessage message) =>
        message.Event is null && message.ReceivedAt is { } received
        && message.Timestamp == received.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'", CultureInfo.InvariantCulture)
            ? "(the sender named no time)"
            : message.Timestamp;

    /// <summary>As the journal has it; and as <c>recent</c> and <c>tail</c> show it, where that is another
    /// time.</summary>
    private static string? Received(RecordedMessage message, TimeProvider time)
    {
        if (message.ReceivedAt is not { } received) return null;
        DateTimeOffset local = TimeZoneInfo.ConvertTime(received, time.LocalTimeZone);
        string here = local.Offset == received.Offset ? "" : string.Create(
            CultureInfo.InvariantCulture, $" ({local:yyyy-MM-dd HH:mm:ss} here)");
        return string.Create(CultureInfo.InvariantCulture, $"{received:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}{here}");
    }

    private static void Field(Screen screen, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value)) screen.Line($"  {name,-10} {Fit(value, screen)}");
    }

    private static string Fit(string value, Screen screen) => SafeText.Excerpt(
        value, Math.Max(NameColumnsMin, (screen.Columns ?? OrdinaryColumns) - MarginColumns));

    private static string Role(RecordedMessage message, Screen screen) =>
        message.Role.Length > 0 ? $" ({SafeText.Excerpt(message.Role, NameColumnsMin)})" : "";

    private static string? Labels(RecordedMessage message) => message.Chain is null && message.Tier is null ? null
        : string.Join(", ", new[] { message.Tier is { } tier ? $"tier {tier}" : null, message.Chain }
            .OfType<string>().Concat(message.Tags));
}
