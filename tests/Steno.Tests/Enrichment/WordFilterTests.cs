using System.Text;
using CsCheck;
using Steno.Core.Enrichment;

namespace Steno.Tests.Enrichment;

public sealed class WordFilterTests
{
    private static readonly Gen<string> Word = Gen.String[Gen.Char["abzué9漢"], 1, 40].Where(word => word.Length > 0);

    [Fact]
    public void Every_word_of_the_rules_passes_in_any_case_whatever_follows() =>
        Gen.Select(Word.Array[1, 20], Gen.Byte).Sample((words, next) =>
        {
            WordFilter filter = new(words.Select(Encoding.UTF8.GetBytes));
            foreach (string word in words)
            {
                Assert.True(MayHold(filter, word, next), word);
                Assert.True(MayHold(filter, UpperAscii(word), next), word);
            }
        });

    [Fact]
    public void Other_words_are_refused()
    {
        WordFilter filter = new(["photo"u8.ToArray(), "ui"u8.ToArray(), "database"u8.ToArray()]);
        foreach (string word in "photograph pixel uis requirements date x the".Split(' '))
            Assert.False(MayHold(filter, word, (byte)' '), word);
    }

    [Theory]
    [InlineData("A photo")]
    [InlineData("PHOTO")]
    [InlineData("x y z photo.")]
    [InlineData("0123456789 0123456789 0123456789 0123456789 0123456789 012 photo")] // ends with a block of 64
    [InlineData("0123456789 0123456789 0123456789 0123456789 0123456789 01234567 photo")] // begins in one, ends in the next
    public void A_keyword_is_found_wherever_it_stands(string text)
    {
        Labels labels = new Enricher(RuleSet.BuiltIn).Label(Encoding.UTF8.GetBytes(text));
        Assert.Equal("photo_capture", RuleSet.BuiltIn.ChainName(labels.Chain));
    }

    private static bool MayHold(WordFilter filter, string word, byte next)
    {
        byte[] bytes = [.. Encoding.UTF8.GetBytes(word), next];
        return filter.MayHold(in bytes[0], bytes.Length - 1) == 1;
    }

    private static string UpperAscii(string word) =>
        string.Concat(word.Select(c => char.IsAsciiLetterLower(c) ? char.ToUpperInvariant(c) : c));
}
