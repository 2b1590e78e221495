using System.Security.Cryptography;
using System.Text;
using Steno.Core;
using Steno.Core.Enrichment;
using Steno.Core.Messages;

namespace Steno.Tests.Messages;

/// <summary>Nothing throws, nothing is lost, odd things are flagged.</summary>
public sealed class OddMessageTests
{
    public static TheoryData<string, MessageOddities> Payloads => new()
    {
        { "text", MessageOddities.NotJson },
        { "", MessageOddities.Empty },
        { "[1]", MessageOddities.UnknownShape },
        { "{}", MessageOddities.UnknownShape },
        { """{"sender_id":"a","content":NaN}""", MessageOddities.LenientJson },
        { """{"sender_id":"a","content":1e999}""", MessageOddities.None },
        { """{"sender_id":"a","content":"\ud800"}""", MessageOddities.None },
        { """{"sender_id":"\udc00","content":1}""", MessageOddities.LoneSurrogate },
        { """{"sender_id":"a","metadata":{"k":"\ud800"}}""", MessageOddities.LoneSurrogate },
        { """{"sender_id":"a","sender_id":"b"}""", MessageOddities.DuplicateKeys },
        { """{"sender_id":["a"]}""", MessageOddities.FieldNotText },
        { """{"sender_id":"a","metadata":7}""", MessageOddities.MetadataDropped },
        { "a\0b", MessageOddities.NotJson },
    };

    [Theory]
    [MemberData(nameof(Payloads))]
    public void An_odd_payload_is_flagged_for_what_it_is(string payload, MessageOddities flags)
    {
        RecordedMessage message = Composed.Message(payload);

        Assert.Equal(flags, message.Flags);
        Assert.Equal(payload, Encoding.UTF8.GetString(message.Payload()));
    }

    [Fact]
    public void Bytes_that_are_not_text_are_kept_as_base64_wherever_they_stand()
    {
        byte[] bad = [0xFF, 0x00, 0xC3];
        byte[][] frames = [bad, bad, "fine"u8.ToArray(), bad];
        byte[] line = Composed.Line(new LineComposer(RuleSet.BuiltIn), frames, 1);
        RecordedMessage message = Composed.Read(line);

        Assert.Equal(
            ["Message", "topic", "frames"],
            Composed.Json(line).GetProperty("Wire").GetProperty("encoding").EnumerateArray().Select(e => e.GetString()));
        Assert.Equal(bad, message.Payload());
        Assert.Equal(bad, message.TopicFrame);
        Assert.Equal([frames[2], frames[3]], message.FurtherFrames);
        Assert.Equal(MessageOddities.NotUtf8 | MessageOddities.FurtherFrames, message.Flags);
        Assert.Equal("\uFFFD\0\uFFFD", message.Text);
    }

    [Fact]
    public void A_message_without_frames_is_recorded_as_nothing_said()
    {
        RecordedMessage message = Composed.Message([]);

        Assert.Empty(message.Payload());
        Assert.Equal(MessageOddities.NoFrames | MessageOddities.Empty, message.Flags);
    }

    [Theory]
    [InlineData(10_000, true)]
    [InlineData(100_000, false)]
    public void Deep_nesting_is_recorded(int depth, bool understood)
    {
        string payload = "{\"sender_id\":\"d\",\"content\":" + new string('[', depth) + new string(']', depth) + "}";
        RecordedMessage message = Composed.Message(payload);

        Assert.Equal(payload, Encoding.UTF8.GetString(message.Payload()));
        Assert.Equal(understood ? "d" : "unknown", message.Speaker);
        Assert.True(message.Flags.HasFlag(MessageOddities.Deep));
    }

    [Fact]
    public void A_payload_of_a_hundred_megabytes_is_recorded_and_the_next_one_too()
    {
        var composer = new LineComposer(RuleSet.BuiltIn);
        byte[] large = new byte[100 * 1000 * 1000];
        large.AsSpan().Fill((byte)'x');
        for (int i = 0; i < large.Length; i += 200) large[i] = (byte)'"';

        var line = new LineBuffer(large.Length);
        var captured = new CapturedMessage
        {
            Buffer = large,
            Frames = [0..large.Length],
            Source = MessageSource.Direct,
            ReceivedAt = Composed.At,
        };
        composer.Compose(in captured, 1, line);
        RecordedMessage message = Composed.Read(Composed.Complete(line.Written, new byte[32]));
        Assert.True(message.Payload().AsSpan().SequenceEqual(large));
        Assert.Equal(MessageOddities.Large | MessageOddities.NotJson, message.Flags);

        Assert.Equal("next", Composed.Read(Composed.Line(composer, ["next"u8.ToArray()], 2)).Text);
    }

    [Fact]
    public void A_message_over_the_limit_keeps_its_beginning_its_speaker_and_what_the_whole_was()
    {
        byte[] whole = Encoding.UTF8.GetBytes("{\"message_id\":\"m\",\"sender_id\":\"chatty\",\"content\":{\"message\":\"ü" + new string('x', 500));
        byte[] kept = whole[..(whole.AsSpan().IndexOf((byte)0xC3) + 1)];
        byte[] sha = SHA256.HashData(whole);

        RecordedMessage message = Composed.Message([kept], truncation: new Truncation(whole.Length, sha));

        Assert.Equal(("m", "chatty"), (message.Id, message.Speaker));
        Assert.Equal(MessageOddities.Truncated, message.Flags);
        Assert.Equal(whole.Length, message.Truncation!.TotalBytes);
        Assert.Equal(sha, message.Truncation.Sha256.ToArray());
        // The character that was cut in two is left out, so that the rest stays text.
        Assert.Equal(kept[..^1], message.Payload());
    }

    [Fact]
    public void A_field_over_its_limit_is_cut_between_characters()
    {
        string name = string.Concat(Enumerable.Repeat("漢", 500));
        RecordedMessage message = Composed.Message($$"""{"sender_id":"{{name}}","content":1}""");

        Assert.Equal(new string('漢', 341), message.Speaker);
        Assert.True(message.Flags.HasFlag(MessageOddities.FieldCut));
    }

    [Fact]
    public void A_clock_before_1970_or_at_either_end_of_time_stops_nothing()
    {
        foreach (DateTimeOffset at in new[] { DateTimeOffset.MinValue, DateTimeOffset.MaxValue, new DateTimeOffset(1969, 1, 1, 0, 0, 0, TimeSpan.Zero) })
        {
            var line = new LineBuffer(16);
            var captured = new CapturedMessage { Buffer = "x"u8, Frames = [0..1], Source = MessageSource.Hook, ReceivedAt = at };
            new LineComposer(RuleSet.BuiltIn).Compose(in captured, 1, line);
            RecordedMessage message = Composed.Read(Composed.Complete(line.Written, new byte[32]));
            Assert.Equal(at.UtcTicks / 10, message.ReceivedAt!.Value.UtcTicks / 10);
        }
    }
}
