using System.Text;
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
}
