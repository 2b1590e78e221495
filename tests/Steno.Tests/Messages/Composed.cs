using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Steno.Core;
using Steno.Core.Enrichment;
using Steno.Core.Messages;

namespace Steno.Tests.Messages;

/// <summary>
/// Composes messages for tests as the recorder does, and completes lines with hash and newline as the journal
/// does.
/// </summary>
internal static class Composed
{
    public static readonly DateTimeOffset At = new(2025, 11, 30, 15, 0, 0, 123, 456, TimeSpan.Zero);

    public static RecordedMessage Message(string payload, MessageSource source = MessageSource.Broker) =>
        Message([Encoding.UTF8.GetBytes(payload)], source);

    public static RecordedMessage Message(byte[][] frames, MessageSource source = MessageSource.Broker, Truncation? truncation = null)
    {
        var composer = new LineComposer(RuleSet.BuiltIn);
        return Read(Line(composer, frames, 17, source, truncation));
    }

    /// <summary>A whole line without its newline; its predecessor is the very first one.</summary>
    public static byte[] Line(
        LineComposer composer, byte[][] frames, long seq, MessageSource source = MessageSource.Broker, Truncation? truncation = null)
    {
        var line = new LineBuffer(16);
        Compose(composer, frames, seq, source, truncation, line);
        return Complete(line.Written, new byte[32]);
    }

    public static void Compose(
        LineComposer composer, byte[][] frames, long seq, MessageSource source, Truncation? truncation, LineBuffer line)
    {
        var ranges = new Range[frames.Length];
        var buffer = new List<byte>();
        for (int i = 0; i < frames.Length; i++)
        {
            ranges[i] = buffer.Count..(buffer.Count + frames[i].Length);
            buffer.AddRange(frames[i]);
        }

        var message = new CapturedMessage
        {
            Buffer = buffer.ToArray(),
            Frames = ranges,
            Source = source,
            ReceivedAt = At,
            Truncation = truncation,
        };
        composer.Compose(in message, seq, line);
    }

    public static byte[] Complete(ReadOnlySpan<byte> body, byte[] previousHash)
    {
        byte[] hash = SHA256.HashData([.. previousHash, .. body]);
        return [.. body, .. Encoding.ASCII.GetBytes($",\"Hash\":\"{Convert.ToBase64String(hash)}\"}}")];
    }

    public static RecordedMessage Read(byte[] line)
    {
        Assert.True(RecordedMessage.TryParse(line, out RecordedMessage message));
        Assert.Equal(LineOrigin.Steno, message.Origin);
        return message;
    }

    public static JsonElement Json(byte[] line)
    {
        var strict = new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = 64 };
        using var document = JsonDocument.Parse(line, strict);
        return document.RootElement.Clone();
    }
}
