using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace Steno.Benchmarks.Payloads;

/// <summary>
/// Reads a journal by its documented format alone, with none of the recorder's code: the chain of hashes, and
/// that every message is there once, in order, byte for byte as it was sent.
/// </summary>
internal sealed class JournalVerifier(MessageCorpus corpus)
{
    /// <summary><c>,"Hash":"</c>, 44 characters of base64, <c>"}</c>.</summary>
    private const int HashSuffix = 55;

    private const int HashText = 44;

    private readonly byte[] _previous = new byte[SHA256.HashSizeInBytes];
    private readonly byte[] _payload = new byte[64 * 1024];
    private readonly byte[] _topic = new byte[1024];
    private readonly byte[] _message = new byte[16 * 1024];
    private readonly byte[] _tail = new byte[4 * 1024];
    private byte[] _covered = new byte[64 * 1024];
    private int _topicLength;
    private int _payloadLength;
    private long _next;
    private long _missing;
    private long _messages;

    /// <param name="path">The journal of a session that began with this run, and whose recorder has
    /// stopped.</param>
    /// <param name="sent">How many messages were sent, numbered from 0.</param>
    public static JournalVerdict Verify(string path, MessageCorpus corpus, long sent)
    {
        JournalVerifier verifier = new(corpus);
        long lines = 0;
        string? damage = null;
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, 1 << 20);
        LineSplitter splitter = new(file);
        while (damage is null && splitter.TryRead(out ReadOnlySpan<byte> line))
        {
            lines++;
            if (verifier.Check(line) is { } problem) damage = $"line {lines}: {problem}";
        }

        if (damage is null && splitter.HasTornEnd) damage = "the last line has no end";
        long missing = verifier._missing + Math.Max(0, sent - verifier._next);
        return new JournalVerdict(verifier._messages, missing, lines, file.Length, damage);
    }

    private string? Check(ReadOnlySpan<byte> line)
    {
        if (!ChainHolds(line)) return "the chain of hashes breaks";
        try
        {
            // What the recorder says itself is no message.
            return !Read(line) ? null : CheckMessage(_payload.AsSpan(0, _payloadLength));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or ArgumentException)
        {
            return e.Message;
        }
    }

    private bool ChainHolds(ReadOnlySpan<byte> line)
    {
        if (line.Length < HashSuffix || !line[^HashSuffix..].StartsWith(",\"Hash\":\""u8)) return false;
        ReadOnlySpan<byte> body = line[..^HashSuffix];
        if (_covered.Length < _previous.Length + body.Length) _covered = new byte[2 * (_previous.Length + body.Length)];
        _previous.CopyTo(_covered, 0);
        body.CopyTo(_covered.AsSpan(_previous.Length));
        SHA256.HashData(_covered.AsSpan(0, _previous.Length + body.Length), _previous);
        Span<byte> text = stackalloc byte[HashText];
        Base64.EncodeToUtf8(_previous, text, out _, out _);
        return line.Slice(line.Length - 2 - HashText, HashText).SequenceEqual(text);
    }

    /// <summary>
    /// Puts together topic and payload: <c>Wire.head</c>, <c>Message</c>, <c>Wire.tail</c>. False: a line of
    /// the recorder's own.
    /// </summary>
    private bool Read(ReadOnlySpan<byte> line)
    {
        int messageLength = 0, tailLength = 0, headLength = 0;
        _topicLength = 0;
        Utf8JsonReader json = new(line);
        json.Read();
        while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
        {
            if (json.ValueTextEquals("Source"u8))
            {
                json.Read();
                if (json.ValueTextEquals("steno"u8)) return false;
            }
            else if (json.ValueTextEquals("Message"u8))
            {
                json.Read();
                messageLength = json.CopyString(_message);
            }
            else if (json.ValueTextEquals("Wire"u8))
            {
                json.Read();
                while (json.Read() && json.TokenType == JsonTokenType.PropertyName)
                {
                    if (json.ValueTextEquals("topic"u8)) _topicLength = Copy(ref json, _topic);
                    else if (json.ValueTextEquals("head"u8)) headLength = Copy(ref json, _payload);
                    else if (json.ValueTextEquals("tail"u8)) tailLength = Copy(ref json, _tail);
                    else throw new JsonException("a message without oddities has odd parts in Wire");
                }
            }
            else
            {
                json.Skip();
            }
        }

        _message.AsSpan(0, messageLength).CopyTo(_payload.AsSpan(headLength));
        _tail.AsSpan(0, tailLength).CopyTo(_payload.AsSpan(headLength + messageLength));
        _payloadLength = headLength + messageLength + tailLength;
        return true;
    }

    private static int Copy(ref Utf8JsonReader json, byte[] target)
    {
        json.Read();
        return json.CopyString(target);
    }

    private string? CheckMessage(ReadOnlySpan<byte> payload)
    {
        // Every template has its number at the same place.
        int numberAt = corpus.Of(0).NumberAt;
        if (payload.Length < numberAt + MessageTemplate.NumberDigits
            || !Utf8Parser.TryParse(payload.Slice(numberAt, MessageTemplate.NumberDigits), out long number, out int digits)
            || digits != MessageTemplate.NumberDigits)
            return "no message that was sent";

        if (number < _next) return $"message {number} comes after {_next - 1}: twice, or out of order";
        MessageTemplate sent = corpus.Of(number);
        int numberEnd = numberAt + MessageTemplate.NumberDigits;
        int sentEnd = sent.SentAt + MessageTemplate.SentDigits;
        bool isSame = payload.Length == sent.Payload.Length
            && payload[..numberAt].SequenceEqual(sent.Payload.AsSpan(0, numberAt))
            && payload[numberEnd..sent.SentAt].SequenceEqual(sent.Payload.AsSpan(numberEnd, sent.SentAt - numberEnd))
            && !payload[sent.SentAt..sentEnd].ContainsAnyExceptInRange((byte)'0', (byte)'9')
            && payload[sentEnd..].SequenceEqual(sent.Payload.AsSpan(sentEnd))
            && _topic.AsSpan(0, _topicLength).SequenceEqual(sent.Topic);
        if (!isSame) return $"message {number} is not what was sent";

        _missing += number - _next;
        _next = number + 1;
        _messages++;
        return null;
    }
}
