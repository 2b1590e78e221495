using System.Text;
using System.Text.Json;
using Steno.Core.Enrichment;
using Steno.Core.Messages;

namespace Steno.Tests.Messages;

public sealed class MetadataTests
{
    [Theory]
    // Plain members stay as they are, in their order.
    [InlineData("""{"sender_role":"Agent","n":1.50,"t":true,"z":null}""", """{"sender_role":"Agent","n":1.50,"t":true,"z":null}""")]
    // Of a key that occurs twice the last one stays, at every level and however it is escaped.
    [InlineData("""{"a":1,"b":2,"a":3}""", """{"b":2,"a":3}""")]
    [InlineData("""{"a":1,"\u0061":3}""", """{"a":3}""")]
    [InlineData("""{"o":{"x":[{"y":1,"y":2}],"x":[]}}""", """{"o":{"x":[]}}""")]
    [InlineData("""{"o":{"x":[{"y":1,"y":2}, [], {}]}}""", """{"o":{"x":[{"y":2},[],{}]}}""")]
    // What other readers choke on.
    [InlineData("""{"k\ud800":"\udc00x","nan":NaN,"inf":-Infinity}""", """{"k\uFFFD":"\uFFFDx","nan":"NaN","inf":"-Infinity"}""")]
    // Keys that mean something when Steno writes them.
    [InlineData("""{"duplicate_of":1,"event":"gap","flags":[],"chain_type":"x","rules":"y","mine":1}""", """{"mine":1}""")]
    [InlineData("""{"\u0065vent":"gap","mine":"\n"}""", """{"mine":"\n"}""")]
    [InlineData("{}", "{}")]
    public void Metadata_is_copied_so_that_every_reader_can_read_it(string metadata, string expected)
    {
        JsonElement copied = Copied(metadata);

        string own = string.Join(',', copied.EnumerateObject().TakeWhile(m => m.Name != "chain_type").Select(m => m.ToString()));
        string expectedText = expected.Replace("\\uFFFD", "\uFFFD", StringComparison.Ordinal);
        Assert.Equal(expectedText[1..^1], own);
    }

    [Fact]
    public void A_number_without_end_becomes_text()
    {
        string digits = new('9', 5000);

        Assert.Equal(digits, Copied($$"""{"n":{{digits}}}""").GetProperty("n").GetString());
    }

    [Theory]
    [InlineData("[1]")]
    [InlineData("\"text\"")]
    [InlineData("""{"a":[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]}""")]
    public void What_is_no_object_or_too_deep_is_only_in_Wire(string metadata)
    {
        JsonElement copied = Copied(metadata);

        Assert.Equal("chain_type", copied.EnumerateObject().First().Name);
        Assert.Equal("metadata_dropped", Assert.Single(copied.GetProperty("flags").EnumerateArray()).GetString());
    }

    [Fact]
    public void Sixteen_levels_are_copied_and_64_KiB_but_no_more()
    {
        Assert.True(Copied("""{"a":[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]}""").TryGetProperty("a", out _));
        string filling = new('x', 64 * 1024 - 8);
        Assert.True(Copied($$"""{"a":"{{filling}}"}""").TryGetProperty("a", out _));
        Assert.False(Copied($$"""{"a":"{{filling}}x"}""").TryGetProperty("a", out _));
    }

    [Fact]
    public void Many_members_are_copied_too()
    {
        string members = string.Join(',', Enumerable.Range(0, 3000).Select(i => $"\"k{i % 2000}\":{i}"));

        Assert.Equal(2000, Copied($"{{{members}}}").EnumerateObject().Count(m => m.Name[0] == 'k'));
    }

    [Fact]
    public void The_inner_message_of_a_wrapped_one_brings_the_metadata()
    {
        JsonElement copied = Line(
            """{"event_type":"sent","message":{"metadata":{"in":1},"sender_id":"x"},"metadata":{"out":"1"}}""").GetProperty("Metadata");

        Assert.True(copied.TryGetProperty("in", out _));
        Assert.False(copied.TryGetProperty("out", out _));
    }

    private static JsonElement Copied(string metadata) =>
        Line($$"""{"sender_id":"a","content":1,"metadata":{{metadata}}}""").GetProperty("Metadata");

    private static JsonElement Line(string payload) =>
        Composed.Json(Composed.Line(new LineComposer(RuleSet.BuiltIn), [Encoding.UTF8.GetBytes(payload)], 1));
}
