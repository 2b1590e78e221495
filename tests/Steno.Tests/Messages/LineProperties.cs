using System.Text.Json;
using CsCheck;
using Steno.Core;
using Steno.Core.Enrichment;
using Steno.Core.Messages;

namespace Steno.Tests.Messages;

/// <summary>
/// Whatever is sent, the line is JSON and gives it back. CsCheck prints the seed of a failure.
/// </summary>
[Trait("Kind", "Sweep")]
public sealed class LineProperties
{
    private static readonly Gen<byte[]> RandomBytes = Gen.Byte.Array[0, 200];

    private static readonly Gen<byte[]> RealPayload = OneOf(RealMessages.Bytes.ToArray());

    // JSON's own bytes are likelier than others to make something that is nearly valid.
    private static readonly Gen<byte> Byte =
        Gen.OneOf(Gen.Byte, OneOf("{}[]\",:\\ud8019eEnN\n\0 "u8.ToArray()));

    private static readonly Gen<byte[]> Mutated =
        from payload in RealPayload
        from other in RealPayload
        from edits in Gen.Select(Gen.Int[0, 3], Gen.Int[0, 1000], Gen.Int[0, 12], Byte).Array[0, 6]
        select edits.Aggregate(payload, (bytes, edit) => Mutate(bytes, other, edit));

    private static readonly Gen<byte[]> Frame = Gen.OneOf(RandomBytes, RealPayload, Mutated);

    private static readonly Gen<byte[][]> Frames = Gen.OneOf(
        from payload in Mutated select new[] { payload },
        Gen.OneOf(RandomBytes, Gen.Const("topic"u8.ToArray()), Frame).Array[0, 4],
        from topic in OneOf("t"u8.ToArray(), "a.b"u8.ToArray())
        from payload in Mutated
        select new byte[][] { [.. topic, (byte)' ', .. payload] });

    [Fact]
    public void Every_line_is_strict_JSON_without_raw_newlines_and_gives_back_what_was_sent()
    {
        // One composer for all cases of a thread: scratch that leaks from one message into the next would
        // show.
        using var composers = new ThreadLocal<LineComposer>(() => new LineComposer(RuleSet.BuiltIn));
        Frames.Sample(frames => Check(composers.Value!, frames), iter: 60_000);
    }

    [Fact]
    public void The_cursor_accepts_what_a_strict_reader_accepts_and_nothing_else()
    {
        Gen.OneOf(Mutated, Frame).Sample(
            json =>
            {
                if (!System.Text.Unicode.Utf8.IsValid(json)) return true;
                var cursor = new JsonCursor(json, 0, JsonCursor.NewNesting());
                bool accepted = cursor.TryReadValue(out _) && cursor.AtEnd();
                return cursor.Lenient || accepted == IsStrictJson(json);
            },
            iter: 100_000);
    }

    private static Gen<T> OneOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static bool Check(LineComposer composer, byte[][] frames)
    {
        var body = new LineBuffer(16);
        Composed.Compose(composer, frames, 3, MessageSource.Direct, null, body);
        byte[] line = Composed.Complete(body.Written, new byte[32]);

        Assert.False(line.Any(b => b < 0x20 || b == 0x7F), "a raw control character");
        ReadAllStrings(Composed.Json(line));
        Assert.EndsWith("}", System.Text.Encoding.UTF8.GetString(body.Written));

        RecordedMessage message = Composed.Read(line);
        Assert.Equal(frames.Length switch { 0 => [], 1 => frames[0], _ => frames[1] }, message.Payload());
        Assert.Equal(frames.Length >= 2 ? frames[0] : null, message.TopicFrame);
        Assert.Equal(frames.Skip(2), message.FurtherFrames);
        return true;
    }

    private static void ReadAllStrings(JsonElement element)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.String:
                element.GetString();
                break;
            case JsonValueKind.Array:
                foreach (JsonElement item in element.EnumerateArray()) ReadAllStrings(item);
                break;
            case JsonValueKind.Object:
                foreach (JsonProperty member in element.EnumerateObject())
                {
                    _ = member.Name;
                    ReadAllStrings(member.Value);
                }

                break;
        }
    }

    private static bool IsStrictJson(byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = 1000 });
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static byte[] Mutate(byte[] bytes, byte[] other, (int Kind, int At, int Length, byte Byte) edit)
    {
        int at = bytes.Length == 0 ? 0 : edit.At % bytes.Length;
        int end = Math.Min(bytes.Length, at + edit.Length);
        return edit.Kind switch
        {
            0 => [.. bytes[..at], edit.Byte, .. bytes[end..]],
            1 => [.. bytes[..at], edit.Byte, .. bytes[at..]],
            2 => [.. bytes[..at], .. bytes[end..]],
            _ => [.. bytes[..at], .. other, .. bytes[at..]],
        };
    }
}
