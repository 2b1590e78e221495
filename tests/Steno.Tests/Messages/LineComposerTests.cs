using System.Text;
using Steno.Core;
using Steno.Core.Enrichment;
using Steno.Core.Messages;

namespace Steno.Tests.Messages;

public sealed class LineComposerTests
{
    private const string Standard =
        """{"message_id":"m-17","timestamp":"2025-11-30T10:00:00.123","sender_id":"claude_code","context_id":"ctx-1","content":{"message":"We decided on Redis for storage."},"metadata":{"sender_role":"Agent"}}""";

    [Fact]
    public void A_standard_message_becomes_a_line_and_comes_back_byte_for_byte()
    {
        RecordedMessage message = Composed.Message([Encoding.UTF8.GetBytes("gemini_cli"), Encoding.UTF8.GetBytes(Standard)]);

        Assert.Equal(Standard, Encoding.UTF8.GetString(message.Payload()));
        Assert.Equal(17, message.Seq);
        Assert.Equal("m-17", message.Id);
        Assert.Equal("2025-11-30T10:00:00.123", message.Timestamp);
        Assert.Equal("claude_code", message.Speaker);
        Assert.Equal("Agent", message.Role);
        Assert.Equal("ctx-1", message.ContextId);
        Assert.Equal("gemini_cli", message.Topic);
        Assert.Equal("""{"message":"We decided on Redis for storage."}""", message.Message);
        Assert.Equal("We decided on Redis for storage.", message.Text);
        Assert.Equal(Composed.At, message.ReceivedAt);
        Assert.Equal("broker", message.Source);
        Assert.Equal(MessageOddities.None, message.Flags);
    }

    [Fact]
    public void Facts_about_the_message_composed_last_are_at_hand()
    {
        var composer = new LineComposer(RuleSet.BuiltIn);
        Composed.Line(composer, [Encoding.UTF8.GetBytes(Standard)], 1);

        Assert.Equal("claude_code", Encoding.UTF8.GetString(composer.Speaker));
        Assert.Equal("Agent", Encoding.UTF8.GetString(composer.Role));
        Assert.Equal("m-17", Encoding.UTF8.GetString(composer.Id));
        Assert.Equal(("data_management", AceTier.Architectural), (composer.Chain, composer.Tier));
        Assert.Null(composer.DuplicateOf);

        Composed.Line(composer, [Encoding.UTF8.GetBytes(Standard)], 2);
        Assert.Equal(1, composer.DuplicateOf);
    }

    [Fact]
    public void Composing_an_ordinary_message_allocates_nothing()
    {
        var composer = new LineComposer(RuleSet.BuiltIn);
        byte[] buffer = Encoding.UTF8.GetBytes("topic" + Standard.Replace("Redis", """\"Redis\" \u00fc""", StringComparison.Ordinal));
        Range[] frames = [0..5, 5..buffer.Length];
        var line = new LineBuffer(64 * 1024);
        long before = 0;
        for (int i = 0; i < 2100; i++)
        {
            // Not the first ones: the runtime has tables of its own to fill, on whatever thread calls.
            if (i == 2000) before = GC.GetAllocatedBytesForCurrentThread();
            // Another id each time: a repeat would be another line.
            buffer[5 + 18] = (byte)('0' + i % 10);
            line.Truncate(0);
            var message = new CapturedMessage
            {
                Buffer = buffer,
                Frames = frames,
                Source = MessageSource.Broker,
                ReceivedAt = Composed.At.AddMilliseconds(i),
            };
            composer.Compose(in message, i + 1, line);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void If_a_line_cannot_be_made_the_buffer_is_as_it_was()
    {
        var composer = new LineComposer(RuleSet.BuiltIn);
        var line = new LineBuffer(16);
        line.Write("before"u8);
        var captured = new CapturedMessage
        {
            Buffer = "{}"u8,
            Frames = [0..2, 0..2, 0..9],
            Source = MessageSource.Direct,
            ReceivedAt = Composed.At,
        };
        try
        {
            composer.Compose(in captured, 1, line);
            Assert.Fail("A frame beyond the buffer is the caller's error.");
        }
        catch (ArgumentOutOfRangeException)
        {
            Assert.Equal("before"u8, line.Written);
        }
    }
}
