using System.Text;
using Steno.Core.Messages;

namespace Steno.Tests.Messages;

/// <summary>
/// Every shape that agents send comes out with the right speaker and text, and byte for byte.
/// </summary>
public sealed class ShapeTests
{
    /// <summary>Payload, speaker, role, id, text, what is taken out as Message.</summary>
    public static TheoryData<string, string, string, string, string, string> Shapes => new()
    {
        // Standard.
        {
            """{"message_id":"m","sender_id":"claude","content":{"message":"hi"},"metadata":{"sender_role":"Reviewer"}}""",
            "claude", "Reviewer", "m", "hi", """{"message":"hi"}"""
        },
        { """{"sender_id":"claude","content":{"text":"hi"}}""", "claude", "Agent", "", """{"text":"hi"}""", """{"text":"hi"}""" },
        { """{"sender_id":"claude","content":{"message":{"a":1}}}""", "claude", "Agent", "", """{"a":1}""", """{"message":{"a":1}}""" },
        { """{"sender_id":"claude","content":{"message":null}}""", "claude", "Agent", "", """{"message":null}""", """{"message":null}""" },
        // Agent client.
        {
            """{"message_id":"m","timestamp":"t","from":"gemini","to":"x","type":"y","priority":1,"content":{"message":"ho","n":2}}""",
            "gemini", "Agent", "m", "ho", """{"message":"ho","n":2}"""
        },
        { """{"from":"gemini","content":"a \"b\"\n"}""", "gemini", "Agent", "", "a \"b\"\n", """
            "a \"b\"\n"
            """ },
        { """{"from":"gemini","content":[1, 2]}""", "gemini", "Agent", "", "[1, 2]", "[1, 2]" },
        { """{"from":"gemini","content":null}""", "gemini", "Agent", "", "null", "null" },
        // Wrapped: the inner one speaks.
        {
            """{"event_type":"sent","agent":"relay","content":1,"message":{"message_id":"i","sender_id":"claude","content":{"message":"in"}}}""",
            "claude", "Agent", "i", "in", """{"message":"in"}"""
        },
        {
            """{"message":{"from":"gemini","content":{"message":"in"}},"agent":"relay","event_type":"received","message_id":"o"}""",
            "gemini", "Agent", "o", "in", """{"message":"in"}"""
        },
        {
            """{"event_type":"received","agent":"relay","message":{"content":{"message":"in"}}}""",
            "relay", "Agent", "", "in", """{"message":"in"}"""
        },
        // Not wrapped after all: another event, or no object inside.
        {
            """{"event_type":"heard","agent":"relay","message":{"sender_id":"x","content":1}}""", "unknown", "Unknown", "",
            """{"event_type":"heard","agent":"relay","message":{"sender_id":"x","content":1}}""",
            """{"event_type":"heard","agent":"relay","message":{"sender_id":"x","content":1}}"""
        },
        { """{"event_type":"sent","agent":"relay","message":"x","content":"y"}""", "unknown", "Unknown", "", "y", "\"y\"" },
        // The last content counts, whatever its name looks like.
        { """{"sender_id":"a","content":1,"c\u006fntent":2}""", "a", "Agent", "", "2", "2" },
        { """{"sender_id":"a","c\u006fntent":1,"content" : 2 }""", "a", "Agent", "", "2", "2" },
        { """{"sender_id":"a","sender_id":"b","content":{"message":1,"message":"m"}}""", "b", "Agent", "", "m", """{"message":1,"message":"m"}""" },
        // Odd ids.
        { """{"sender_id":7,"message_id":{"a": [1]},"content":0}""", "7", "Agent", """{"a": [1]}""", "0", "0" },
        { """{"sender_id":"","from":null,"message_id":"","content":0}""", "unknown", "Unknown", "", "0", "0" },
        { """{"sender_id":"\ud83d\ude00 \ud800!","content":0}""", "😀 \uFFFD!", "Agent", "", "0", "0" },
        // Python's NaN, and a C string's end.
        { """{"sender_id":"py","content":{"message":"x","v":NaN,"w":-Infinity}}""", "py", "Agent", "", "x", """{"message":"x","v":NaN,"w":-Infinity}""" },
        { "{\"sender_id\":\"c\",\"content\":1}\0", "c", "Agent", "", "1", "1" },
        // Anything else.
        { "plain text", "unknown", "Unknown", "", "plain text", "plain text" },
        { "", "unknown", "Unknown", "", "", "" },
        { "42", "unknown", "Unknown", "", "42", "42" },
        { """{"content":{"message":"nobody's"}}""", "unknown", "Unknown", "", "nobody's", """{"message":"nobody's"}""" },
        { """{"sender_id":"cut off","content":{"mess""", "unknown", "Unknown", "", """{"sender_id":"cut off","content":{"mess""", """{"sender_id":"cut off","content":{"mess""" },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void A_shape_is_understood_and_comes_back_byte_for_byte(
        string payload, string speaker, string role, string id, string text, string content)
    {
        RecordedMessage message = Composed.Message([Encoding.UTF8.GetBytes("topic"), Encoding.UTF8.GetBytes(payload)]);

        Assert.Equal((speaker, role, text, content), (message.Speaker, message.Role, message.Text, message.Message));
        if (id.Length > 0) Assert.Equal(id, message.Id);
        else Assert.True(Guid.TryParse(message.Id, out Guid made) && made.Version == 7);
        Assert.Equal(payload, Encoding.UTF8.GetString(message.Payload()));
    }

    [Theory]
    [InlineData("gemini_cli {\"sender_id\":\"g\",\"content\":{\"message\":\"hi\"}}", "gemini_cli", "g", "hi")]
    [InlineData("a.b {\"x\":1}", "a.b", "unknown", "{\"x\":1}")]
    [InlineData("\uFEFFt {\"sender_id\":\"g\"}", "t", "g", "{\"sender_id\":\"g\"}")]
    [InlineData("hello {name}", null, "unknown", "hello {name}")]
    [InlineData("two words {\"sender_id\":\"g\"}", null, "unknown", "two words {\"sender_id\":\"g\"}")]
    public void A_topic_before_the_payload_in_one_frame_is_understood(string payload, string? topic, string speaker, string text)
    {
        RecordedMessage message = Composed.Message(payload);

        Assert.Equal((topic, speaker, text), (message.Topic, message.Speaker, message.Text));
        Assert.Equal(topic is not null, message.Flags.HasFlag(MessageOddities.TopicInline));
        Assert.Null(message.TopicFrame);
        Assert.Equal(payload, Encoding.UTF8.GetString(message.Payload()));
    }

    [Fact]
    public void A_byte_order_mark_stays_before_the_content()
    {
        const string Payload = "\uFEFF{\"sender_id\":\"b\",\"content\":{\"message\":\"hi\"}}";
        byte[] line = Composed.Line(new LineComposer(Steno.Core.Enrichment.RuleSet.BuiltIn), [Encoding.UTF8.GetBytes(Payload)], 1);

        Assert.Equal("\uFEFF{\"sender_id\":\"b\",\"content\":", Composed.Json(line).GetProperty("Wire").GetProperty("head").GetString());
        Assert.Equal("hi", Composed.Read(line).Text);
    }

    [Fact]
    public void A_sender_without_timestamp_gets_the_time_of_arrival()
    {
        Assert.Equal("2025-11-30T15:00:00.123456Z", Composed.Message("x").Timestamp);
        Assert.Equal("1764500000.25", Composed.Message("""{"timestamp":1764500000.25,"sender_id":"p"}""").Timestamp);
    }
}
