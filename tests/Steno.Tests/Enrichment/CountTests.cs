using System.IO.Hashing;
using System.Text;
using CsCheck;
using Steno.Core.Enrichment;

namespace Steno.Tests.Enrichment;

public sealed class CountTests
{
    // What Python's str.isspace takes for white space, and str.split parts words at.
    private const string PythonSpaces =
        "\t\n\v\f\r\u001c\u001d\u001e\u001f \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u202f\u205f\u3000";

    [Theory]
    [InlineData("", 0, 0)]
    [InlineData("   ", 0, 3)]
    [InlineData("one", 1, 3)]
    [InlineData(" one  two\tthree\n", 3, 16)]
    [InlineData("über alles", 2, 10)]
    [InlineData("漢字 かな", 2, 5)]
    [InlineData("😀 is one", 3, 8)]
    [InlineData("no\u00a0break\u3000wide", 3, 13)]
    public void Words_and_code_points_are_counted_as_Python_does(string text, int words, int chars)
    {
        Labels labels = LabelTests.Label(text);

        Assert.Equal((words, chars), (labels.WordCount, labels.CharCount));
    }

    [Fact]
    public void Counts_agree_with_a_plain_count_on_any_text_across_block_borders()
    {
        var enricher = new Enricher(RuleSet.BuiltIn);
        Gen<string> character = Gen.OneOf(
            Gen.Char['a', 'z'].Select(c => c.ToString()),
            Gen.Int[0, PythonSpaces.Length - 1].Select(i => PythonSpaces[i].ToString()),
            Gen.Int[0x80, 0x10FFFF].Select(i => new Rune(i is >= 0xD800 and < 0xE000 ? 0xFFFD : i).ToString()),
            Gen.Int[0x1FF0, 0x3010].Select(i => new Rune(i).ToString()));
        character.Array[0, 300].Select(string.Concat).Sample(
            text =>
            {
                Labels labels = enricher.Label(Encoding.UTF8.GetBytes(text));
                return labels.WordCount == text.Split(PythonSpaces.ToCharArray(), StringSplitOptions.RemoveEmptyEntries).Length
                    && labels.CharCount == text.EnumerateRunes().Count();
            },
            iter: 20_000,
            threads: 1);
    }

    [Fact]
    public void A_keyword_is_found_wherever_it_stands_in_a_text()
    {
        // Every offset against the borders of blocks and against the end, behind ASCII and behind wider
        // characters.
        for (int before = 0; before < 140; before++)
        {
            for (int after = 0; after < 70; after += 3)
            {
                foreach (string filling in new[] { "-", "x ", "漢 ", "—" })
                {
                    string text = string.Concat(Enumerable.Repeat(filling, before)) + "Database" + new string('.', after);
                    Assert.Equal("data_management", RuleSet.BuiltIn.ChainName(LabelTests.Label(text).Chain));
                }
            }
        }
    }

    [Fact]
    public void A_phrase_is_found_in_a_long_text_full_of_its_own_words()
    {
        string text = string.Concat(Enumerable.Repeat("we should use what do you ", 500)) + "think";

        Assert.Equal(AceTier.Collaborative, LabelTests.Label(text).Tier);
    }

    [Fact]
    public void The_content_hash_is_XxHash128_as_other_tools_compute_it()
    {
        byte[] text = Encoding.UTF8.GetBytes("We decided on Redis for storage.");
        string expected = Convert.ToHexStringLower(XxHash128.Hash(text));

        Assert.Equal(expected, LabelTests.Label("We decided on Redis for storage.").ContentHash.ToString("x32", null));
    }
}
