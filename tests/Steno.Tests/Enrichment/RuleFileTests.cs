using System.Text;
using Steno.Core;
using Steno.Core.Enrichment;

namespace Steno.Tests.Enrichment;

public sealed class RuleFileTests
{
    [Theory]
    [InlineData("", 1, "not JSON")]
    [InlineData("[]", 1, "must be one JSON object")]
    [InlineData("{\n\"version\": \"x\"", 2, "not JSON")]
    [InlineData("{\"version\": \"x\"} {}", 1, "not JSON")]
    [InlineData("{}", 1, "no 'version'")]
    [InlineData("{\"version\": \"two words\"}", 1, "made of A-Z")]
    [InlineData("{\"version\": 5}", 1, "must be a string")]
    [InlineData("{\n\"version\": \"x\",\n\"chain\": {}}", 3, "'chain' is none of")]
    [InlineData("{\n\"version\": \"x\",\n\"version\": \"y\"}", 3, "there twice")]
    [InlineData("{\"version\": \"x\",\n\"chains\": {}}", 2, "at least one chain")]
    [InlineData("{\"version\": \"x\",\n\"chains\": {\"a\": [\"b\"]}}", 1, "default chain 'system_architecture'")]
    [InlineData("{\"version\": \"x\",\n\n\"chains\": {\"a b\": [\"b\"]}}", 3, "'a b' is no name")]
    [InlineData("{\"version\": \"x\",\n\"chains\": {\"a\": [],\n\"a\": []}}", 3, "there twice")]
    [InlineData("{\"version\": \"x\",\n\"chains\": {\"a\": \"b\"}}", 2, "A list of words")]
    [InlineData("{\"version\": \"x\",\n\"tags\": {\"Ready\": [\"b\"]}}", 2, "'Ready' is no name: @")]
    [InlineData("{\"version\": \"x\",\n\"tags\": {\"@Ready\": [\n5]}}", 3, "strings only")]
    [InlineData("{\"version\": \"x\",\n\"tags\": {\"@Ready\": [\n\" \"]}}", 3, "1 to 500 characters")]
    [InlineData("{\"version\": \"x\",\n\"tags\": {\"@Ready\": [\n\"!!\"]}}", 3, "has 0 words")]
    [InlineData("{\"version\": \"x\",\n\"tags\": {\"@Ready\": [\n\"* over\"]}}", 3, "begins with a star")]
    [InlineData("{\"version\": \"x\",\n\"tags\": {\"@Ready\": [\"ok\",\n\"/(/\"]}}", 3, "pattern /(/ is not supported")]
    [InlineData("{\"version\": \"x\",\n\"tags\": {\"@Ready\": [\"ok\",\n\"/(?=a)b/\"]}}", 3, "pattern /(?=a)b/ is not supported")]
    [InlineData("{\"version\": \"x\",\n\"tags\": {\"@Ready\": [\"ok\",\n\"/(a)\\\\1/\"]}}", 3, "is not supported")]
    [InlineData("{\"version\": \"x\",\n\"tags\": {\"@Ready\": [\"\\ud800\"]}}", 2, "half a surrogate pair")]
    [InlineData("{\"version\": \"x\",\n\"tiers\": {\n\"weighing\": []}}", 3, "'weighing' is no group")]
    public void A_bad_file_is_refused_with_file_line_and_reason(string file, int line, string reason)
    {
        RuleException refused = Assert.Throws<RuleException>(() => Parse(file));

        Assert.Equal(("my.rules.json", line), (refused.Path, refused.Line));
        Assert.Contains(reason, refused.Reason, StringComparison.Ordinal);
        Assert.Contains($"my.rules.json, line {line}: ", refused.Message, StringComparison.Ordinal);
        Assert.NotEmpty(refused.Hint);
    }

    [Fact]
    public void A_file_that_is_not_there_is_named_with_a_remedy()
    {
        StenoException refused = Assert.Throws<StenoException>(() => RuleSet.Load("/no/such/file.json"));

        Assert.Contains("/no/such/file.json", refused.Message, StringComparison.Ordinal);
        Assert.NotEmpty(refused.Hint);
    }

    [Fact]
    public void No_mutilated_file_does_anything_but_load_or_be_refused()
    {
        byte[] file = Encoding.UTF8.GetBytes(Example);
        var random = new Random(4711);
        for (int i = 0; i < 3000; i++)
        {
            byte[] broken = [.. file];
            for (int edits = random.Next(1, 4); edits > 0; edits--) broken[random.Next(broken.Length)] = (byte)random.Next(256);
            try
            {
                RuleSet.Parse(broken, "x");
            }
            catch (RuleException)
            {
                // The only exception that may come.
            }
        }
    }

    [Fact]
    public void The_example_of_the_document_loads_and_labels()
    {
        RuleSet rules = Parse(Example);

        Assert.Equal("acme-3", rules.Version);
        Assert.Equal(("billing", AceTier.Execution, ""), Label(rules, "Two invoices, paid by direct debit"));
        Assert.Equal(("infrastructure", AceTier.Architectural, ""), Label(rules, "We decided on K8S"));
        Assert.Equal(("general", AceTier.Collaborative, "@Incident,@Question-Open"), Label(rules, "A sev-1. How should we page?"));
        Assert.Equal(("general", AceTier.Execution, ""), Label(rules, "vats and a sev-12"));
    }

    [Fact]
    public void A_file_that_names_nothing_but_its_version_labels_as_the_built_in_rules_do()
    {
        RuleSet rules = Parse("{\"version\":\"mine\"}");

        Assert.Equal(("data_management", AceTier.Architectural, "@Decision-Made"), Label(rules, "We decided on Redis for storage."));
    }

    [Fact]
    public void Words_longer_than_sixteen_bytes_and_beyond_ASCII_can_be_rules()
    {
        RuleSet rules = Parse(
            """{"version":"x","default_chain":"a","chains":{"a":[],"b":["=internationalization","Größenordnung","=база"]}}""");

        Assert.Equal("b", Label(rules, "about Internationalization").Item1);
        Assert.Equal("a", Label(rules, "about internationalizations").Item1);
        Assert.Equal("b", Label(rules, "eine GRößenordnung mehr").Item1);
        Assert.Equal("b", Label(rules, "это база.").Item1);
        Assert.Equal("a", Label(rules, "это базар.").Item1);
    }

    [Fact]
    public void Inflections_are_simple_and_right_for_the_built_in_words()
    {
        Assert.Equal(["scan", "scans", "scaned", "scaning", "scanned", "scanning"], Inflections.Of("scan"));
        Assert.Equal(["image", "images", "imaged", "imaging"], Inflections.Of("image"));
        Assert.Equal(["agree", "agrees", "agreed", "agreeing"], Inflections.Of("agree"));
        Assert.Equal(["mesh", "meshes", "meshed", "meshing"], Inflections.Of("mesh"));
        Assert.Equal(["deploy", "deploys", "deployed", "deploying"], Inflections.Of("deploy"));
        Assert.Contains("qualities", Inflections.Of("quality"));
        Assert.Equal(["decided"], Inflections.Of("decided"));
        Assert.Equal(["ui", "uis"], Inflections.Of("ui"));
        Assert.Equal(["3d"], Inflections.Of("3d"));
    }

    private static string Example => Repository.Block("docs/enrichment.md", "json rules");

    private static RuleSet Parse(string file) => RuleSet.Parse(Encoding.UTF8.GetBytes(file), "my.rules.json");

    private static (string, AceTier, string) Label(RuleSet rules, string text)
    {
        Labels labels = new Enricher(rules).Label(Encoding.UTF8.GetBytes(text));
        IEnumerable<string> tags = rules.Tags.Where((_, i) => (labels.Tags & (1UL << i)) != 0);
        return (rules.ChainName(labels.Chain), labels.Tier, string.Join(',', tags));
    }
}
