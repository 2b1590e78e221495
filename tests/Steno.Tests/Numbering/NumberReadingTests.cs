using System.Text;
using System.Text.Json;
using CsCheck;
using Steno.Core.Enrichment;
using Steno.Core.Messages;
using Steno.Core.Numbering;
using Steno.Tests.Messages;

namespace Steno.Tests.Numbering;

/// <summary>Which messages are numbered, and that a journal line says the same as the message did.</summary>
public sealed class NumberReadingTests
{
    private const string Run = "0193a6a2-7c1e-7d30-8d3a-2b6c5f0e9a11";
    private static readonly Guid RunId = Guid.Parse(Run);

    [Theory]
    [InlineData($$"""{"publisher_run":"{{Run}}","publisher_seq":7}""", 7, 0, false)]
    [InlineData($$"""{"publisher_seq":7,"publisher_run":"{{Run}}"}""", 7, 0, false)]
    [InlineData("""{"publisher_run":"0193A6A27C1E7D308D3A2B6C5F0E9A11","publisher_seq":7}""", 7, 0, false)]
    [InlineData($$"""{"publisher_run":"{{Run}}","publisher_last":9}""", 0, 9, false)]
    [InlineData($$"""{"publisher_run":"{{Run}}","publisher_last":9,"publisher_end":true}""", 0, 9, true)]
    [InlineData($$"""{"publisher_run":"{{Run}}","publisher_seq":7,"publisher_end":true}""", 7, 7, true)]
    [InlineData($$"""{"publisher_run":"{{Run}}","publisher_seq":7,"publisher_last":8}""", 7, 8, false)]
    [InlineData($$"""{"publisher_run":"{{Run}}","publisher_seq":7,"publisher_end":false}""", 7, 0, false)]
    [InlineData($$"""{"publisher_run":"{{Run}}","publisher_seq":6,"publisher_seq":7}""", 7, 0, false)]
    [InlineData($$"""{"publisher_run":"{{Run}}","publisher_seq":7,"deep":{"er":[1]} }""", 7, 0, false)]
    [InlineData("""{"publisher_run":"\u0030193a6a2-7c1e-7d30-8d3a-2b6c5f0e9a11","publisher_seq":7}""", 7, 0, false)]
    [InlineData($$"""{"\u0070ublisher_run":"{{Run}}","publisher_seq":7}""", 7, 0, false)]
    [InlineData($$"""{"publisher_run":"{{Run}}","publisher_seq":9007199254740991}""", 9007199254740991, 0, false)]
    public void A_run_and_a_number_make_a_numbered_message(string metadata, long seq, long last, bool isEnd)
    {
        PublisherNumber number = Compose(Payload(metadata));
        Assert.Equal(new PublisherNumber(RunId, seq, last, isEnd), number);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"publisher_seq":7}""")]
    [InlineData($$"""{"publisher_run":"{{Run}}"}""")]
    [InlineData("""{"publisher_run":"not a uuid","publisher_seq":7}""")]
    [InlineData("""{"publisher_run":"00000000-0000-0000-0000-000000000000","publisher_seq":7}""")]
    [InlineData("""{"publisher_run":"0193a6a2-7c1e-7d30-8d3a-2b6c5f0e9a1","publisher_seq":7}""")]
    [InlineData("""{"publisher_run":7,"publisher_seq":7}""")]
    [InlineData($$"""{"publisher_run":"{{Run}}","publisher_seq":0}""")]
    [InlineData($$"""{"publisher_run":"{{Run}}","publisher_seq":-1}""")]
    [InlineData($$"""{"publisher_run":"{{Run}}","publisher_seq":"7"}""")]
    [InlineData($$"""{"publisher_run":"{{Run}}","publisher_seq":7.5}""")]
    [InlineData($$"""{"publisher_run":"{{Run}}","publisher_seq":7e0}""")]
    [InlineData($$"""{"publisher_run":"{{Run}}","publisher_seq":null}""")]
    [InlineData($$"""{"publisher_run":"{{Run}}","publisher_seq":9007199254740992}""")]
    [InlineData($$"""{"publisher_run":"{{Run}}","publisher_seq":99999999999999999999999}""")]
    [InlineData($$"""{"publisher_run":"{{Run}}","publisher_seq":7,"publisher_last":"8"}""")]
    [InlineData($$"""{"publisher_run":"{{Run}}","publisher_seq":7,"publisher_end":1}""")]
    [InlineData($$"""{"publisher_run":"{{Run}}","publisher_end":true}""")]
    [InlineData($$"""{"publisher_run":"{{Run}}","publisher_seq":7,"publisher_last":6}""")]
    [InlineData($$"""[{"publisher_run":"{{Run}}","publisher_seq":7}]""")]
    public void Anything_else_does_not(string metadata) => Assert.False(Compose(Payload(metadata)).Exists);

    [Fact]
    public void Numbers_outside_of_the_metadata_do_not_count() =>
        Assert.False(Compose($$"""{"sender_id":"a","content":{"publisher_run":"{{Run}}","publisher_seq":7},"publisher_run":"{{Run}}","publisher_seq":7}""").Exists);

    [Fact]
    public void Of_a_wrapped_message_the_outer_number_counts_else_the_inner_one()
    {
        const string Outer = "1193a6a2-7c1e-7d30-8d3a-2b6c5f0e9a11";
        string inner = Payload($$"""{"publisher_run":"{{Run}}","publisher_seq":7}""");
        Assert.Equal(7, Compose($$"""{"event_type":"sent","agent":"a","message":{{inner}}}""").Seq);
        PublisherNumber wrapper = Compose(
            $$"""{"event_type":"received","agent":"b","message":{{inner}},"metadata":{"publisher_run":"{{Outer}}","publisher_seq":3} }""");
        Assert.Equal((Guid.Parse(Outer), 3L), (wrapper.Run, wrapper.Seq));
    }

    [Fact]
    public void Metadata_that_is_too_large_to_be_copied_keeps_its_number_in_the_line()
    {
        string payload = Payload($$"""{"publisher_run":"{{Run}}","publisher_seq":7,"publisher_last":8,"x":"{{new string('x', 70_000)}}"}""");
        (PublisherNumber number, byte[] line) = ComposeLine([Encoding.UTF8.GetBytes(payload)]);
        Assert.Equal(7, number.Seq);
        JsonElement metadata = Composed.Json(line).GetProperty("Metadata");
        Assert.Equal(7, metadata.GetProperty("publisher_seq").GetInt64());
        Assert.False(metadata.TryGetProperty("x", out _));
    }

    [Fact]
    public void A_message_that_is_cut_off_within_its_number_is_not_numbered()
    {
        string whole = Payload($$"""{"publisher_run":"{{Run}}","publisher_seq":1234}""");
        for (int length = 1; length < whole.Length; length++)
        {
            (PublisherNumber number, _) = ComposeLine([Encoding.UTF8.GetBytes(whole[..length])], new Truncation(whole.Length, new byte[32]));
            Assert.True(!number.Exists || number.Seq == 1234, $"cut after {length}: {number}");
        }
    }

    /// <summary>
    /// A restart reads lines where the recorder read messages: whatever was sent, both must say the same.
    /// </summary>
    [Fact]
    public void A_line_says_what_its_message_said()
    {
        Gen<string> member = Gen.OneOf(
            Gen.Const($"\"publisher_run\":\"{Run}\""), Gen.Const("\"publisher_run\":\"x\""), Gen.Const("\"publisher_run\":null"),
            Gen.Const("\"publisher_run\":\"\\u0030193a6a2-7c1e-7d30-8d3a-2b6c5f0e9a11\""),
            Gen.Int[-1, 5].Select(n => $"\"publisher_seq\":{n}"), Gen.Int[-1, 5].Select(n => $"\"publisher_last\":{n}"),
            Gen.Const("\"publisher_seq\":1e1"), Gen.Const("\"publisher_seq\":\"3\""), Gen.Const("\"publisher\\u005fseq\":4"),
            Gen.Const("\"publisher_seq\":" + new string('9', 80)), Gen.Const("\"publisher_end\":true"), Gen.Const("\"publisher_end\":{}"),
            Gen.Const("\"sender_role\":\"Agent\""), Gen.Const("\"deep\":" + new string('[', 20) + new string(']', 20)),
            Gen.Const("\"event\":\"gap\""), Gen.Const("\"flags\":[\"truncated\"]"), Gen.Const("\"duplicate_of\":1"),
            Gen.Const($"\"big\":\"{new string('b', 66_000)}\""), Gen.Const("\"lone\":\"\\ud800\""));
        Gen<string> metadata = member.Array[0, 6].Select(m => "{" + string.Join(',', m) + "}");
        Gen<string> inner = Gen.OneOf(metadata.Select(Payload), metadata.Select(m => Payload(m).Replace("hi", "", StringComparison.Ordinal)));
        Gen<string> message = Gen.OneOf(
            inner,
            from i in inner from m in metadata select $$"""{"event_type":"sent","agent":"b","message":{{i}},"metadata":{{m}}}""",
            from i in inner select $$"""{"event_type":"sent","agent":"b","message":{{i}}}""",
            from i in inner select "topic " + i);
        (from text in message from cut in Gen.Int[0, 3] from at in Gen.Int[0, text.Length] select (text, cut, at)).Sample(
            sent =>
            {
                bool isCut = sent.cut == 0;
                byte[] payload = Encoding.UTF8.GetBytes(isCut ? sent.text[..sent.at] : sent.text);
                (PublisherNumber number, bool isSilent, byte[] bytes) =
                    ComposeSaid([payload], isCut ? new Truncation(sent.text.Length, new byte[32]) : null);
                Assert.True(NumberedLine.TryRead(bytes, out NumberedLine line));
                Assert.Equal(number, line.Number);
                Assert.Equal((17, isCut ? MessageTraits.Truncated : MessageTraits.None), (line.Seq, line.Traits & ~MessageTraits.Silent));
                Assert.Equal(isSilent, line.Traits.HasFlag(MessageTraits.Silent));
                Assert.False(line.IsSystem);
            },
            iter: 20_000);
    }

    private static string Payload(string metadata) =>
        $$"""{"message_id":"m","sender_id":"a","content":{"message":"hi"},"metadata":{{metadata}}}""";

    private static PublisherNumber Compose(string payload) => ComposeLine([Encoding.UTF8.GetBytes(payload)]).Number;

    private static (PublisherNumber Number, byte[] Line) ComposeLine(byte[][] frames, Truncation? truncation = null)
    {
        (PublisherNumber number, _, byte[] line) = ComposeSaid(frames, truncation);
        return (number, line);
    }

    private static (PublisherNumber Number, bool IsSilent, byte[] Line) ComposeSaid(byte[][] frames, Truncation? truncation)
    {
        LineComposer composer = new(RuleSet.BuiltIn);
        byte[] line = Composed.Line(composer, frames, 17, MessageSource.Broker, truncation);
        return (composer.Number, composer.IsSilent, line);
    }
}
