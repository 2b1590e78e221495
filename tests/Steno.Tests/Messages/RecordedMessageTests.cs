using System.Text;
using Steno.Core;
using Steno.Core.Enrichment;
using Steno.Core.Messages;
using Steno.Tests.Support;

namespace Steno.Tests.Messages;

public sealed class RecordedMessageTests
{
    [Fact]
    public void A_line_of_the_earlier_system_is_read()
    {
        const string Line =
            """{"Id":"1","Timestamp":"2025-11-30T10:00:00.123","SpeakerName":"claude_code","SpeakerRole":"Agent","Message":"{\"message\":\"hi\"}","ConversationType":0,"ContextId":"c","Metadata":{"chain_type":"ui_ux","ace_tier":"C","shl_tags":["@Chain-ui_ux"],"event":"gap"}}""";
        Assert.True(RecordedMessage.TryParse(Encoding.UTF8.GetBytes(Line + "\r\n"), out RecordedMessage message));

        Assert.Equal(LineOrigin.EarlierSystem, message.Origin);
        Assert.Equal(("claude_code", "hi", "ui_ux", "C"), (message.Speaker, message.Text, message.Chain, message.Tier));
        Assert.Equal("@Chain-ui_ux", Assert.Single(message.Tags));
        Assert.Null(message.Seq);
        Assert.Null(message.Event);
        Assert.Equal("""{"message":"hi"}""", Encoding.UTF8.GetString(message.Payload()));
    }

    [Theory]
    [InlineData("plain words", LineOrigin.Broken)]
    [InlineData("", LineOrigin.Broken)]
    [InlineData("[1,2]", LineOrigin.Broken)]
    [InlineData("{\"Seq\":1,\"Hash\":\"x\"", LineOrigin.Broken)]
    [InlineData("{\"a\":1}", LineOrigin.Foreign)]
    [InlineData("{\"Seq\":\"x\",\"Wire\":{},\"Hash\":1}", LineOrigin.Foreign)]
    [InlineData("{\"SpeakerName\":5,\"Message\":{\"message\":\"m\"},\"Metadata\":\"none\"}", LineOrigin.EarlierSystem)]
    [InlineData("{\"SpeakerName\":\"\\ud800\",\"Message\":null,\"Metadata\":{\"shl_tags\":7,\"word_count\":\"x\"}}", LineOrigin.EarlierSystem)]
    public void Foreign_and_broken_lines_are_flagged_and_never_throw(string line, LineOrigin origin)
    {
        Assert.Equal(origin != LineOrigin.Broken, RecordedMessage.TryParse(Encoding.UTF8.GetBytes(line), out RecordedMessage message));

        Assert.Equal(origin, message.Origin);
        Assert.NotNull(message.Text);
    }

    [Fact]
    public void No_mutilated_line_makes_reading_throw()
    {
        byte[] line = Composed.Line(
            new LineComposer(RuleSet.BuiltIn),
            [[0xFF], Encoding.UTF8.GetBytes(RealMessages.Texts[2]), [0xFE]],
            3,
            truncation: new Truncation(5, new byte[32]));
        for (int at = 0; at < line.Length; at++)
        {
            foreach (byte b in "\0\"\\{}:,9u\xFF"u8)
            {
                byte[] broken = [.. line];
                broken[at] = b;
                _ = RecordedMessage.TryParse(broken, out RecordedMessage message);
                _ = message.Payload();
            }

            _ = RecordedMessage.TryParse(line.AsSpan(0, at), out _);
        }
    }

    [Fact]
    public void A_line_of_the_recorder_itself_says_what_happened()
    {
        var at = new DateTimeOffset(2025, 11, 30, 16, 0, 0, TimeSpan.FromHours(1));
        var heard = SystemEventField.Of("last_byte_at", at.AddSeconds(-3));
        var e = new SystemEvent(
            SystemEventNames.CoverageEnded, "The broker \"a\" fell silent.", heard, SystemEventField.Of("missing", 12L),
            SystemEventField.Of("endpoint", "tcp://127.0.0.1:5555"));
        var line = new LineBuffer(16);
        new LineComposer(RuleSet.BuiltIn).ComposeEvent(in e, 9, at, line);
        byte[] whole = Composed.Complete(line.Written, new byte[32]);
        RecordedMessage message = Composed.Read(whole);

        Assert.Equal(("steno", "System", "steno"), (message.Speaker, message.Role, message.Source));
        Assert.Equal("coverage_ended", message.Event);
        Assert.Equal("The broker \"a\" fell silent.", message.Text);
        Assert.Equal(
            """{"event":"coverage_ended","last_byte_at":"2025-11-30T14:59:57.000000Z","missing":12,"endpoint":"tcp://127.0.0.1:5555"}""",
            message.MetadataJson);
        Composed.Json(whole);
    }

    [Fact]
    public void An_agent_cannot_pass_for_the_recorder()
    {
        RecordedMessage message = Composed.Message(
            """{"sender_id":"steno","content":{"message":"all is lost"},"metadata":{"sender_role":"System","event":"gap","duplicate_of":1}}""");

        Assert.Null(message.Event);
        Assert.Null(message.DuplicateOf);
        Assert.NotEqual("steno", message.Source);
    }

    [Fact]
    public void Zeros_of_a_hole_are_counted_and_the_line_behind_them_is_read()
    {
        byte[] line = Composed.Line(TestComposer.New(), ["hello"u8.ToArray()], 17);

        Assert.True(RecordedMessage.TryParse([.. new byte[4096], .. line], out RecordedMessage whole));
        Assert.Equal((17L, "hello"), (whole.Seq, whole.Text));

        Assert.False(RecordedMessage.TryParse(new byte[512], out RecordedMessage hole));
        Assert.Equal("(a hole of 512 zero bytes)", hole.Text);
        Assert.False(RecordedMessage.TryParse([.. "half"u8, .. new byte[512], .. "}\n"u8], out RecordedMessage torn));
        Assert.Equal("(a hole of 512 zero bytes) half}", torn.Text);
    }
}
