using Steno.Core.Messages;
using Steno.Terminal;

namespace Steno.Views;

/// <summary>One message whole: who, when, how it came, what it says.</summary>
internal static class MessageScreen
{
    public static void Print(RecordedMessage message, Screen screen)
    {
        screen.Line($"{Styled.Strong(message.Seq is { } seq ? $"#{seq}" : "#–")} {Styled.Name(message.Speaker)}{Role(message)}");
        screen.Line($"  said       {message.Timestamp}");
        if (message.ReceivedAt is { } received) screen.Line($"  received   {received:yyyy-MM-dd'T'HH:mm:ss.ffffff'Z'}");
        Field(screen, "id", message.Id);
        Field(screen, "context", message.ContextId);
        Field(screen, "topic", message.Topic);
        Field(screen, "through", message.Source);
        Field(screen, "event", message.Event);
        Field(screen, "labels", Labels(message));
        if (message.DuplicateOf is { } first) screen.Line($"  repeats    #{first}");
        if (message.Flags != MessageOddities.None)
            screen.Line($"  odd        {Styled.Warning(message.Flags.ToString())}");
        if (message.Truncation is { } cut)
            screen.Line($"  cut        {Styled.Warning($"the first {message.Payload().Length} of {cut.TotalBytes} bytes, SHA-256 {Convert.ToHexStringLower(cut.Sha256.Span)}")}");
        Field(screen, "hash", message.Hash);
        screen.Line();
        screen.Lines(message.Text, "  | ");
    }

    private static void Field(Screen screen, string name, string? value)
    {
        if (!string.IsNullOrEmpty(value)) screen.Line($"  {name,-10} {value}");
    }

    private static string Role(RecordedMessage message) => message.Role.Length > 0 ? $" ({message.Role})" : "";

    private static string? Labels(RecordedMessage message) => message.Chain is null && message.Tier is null ? null
        : string.Join(", ", new[] { message.Tier is { } tier ? $"tier {tier}" : null, message.Chain }
            .OfType<string>().Concat(message.Tags));
}
