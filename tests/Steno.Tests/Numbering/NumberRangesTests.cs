using CsCheck;
using Steno.Core.Numbering;

namespace Steno.Tests.Numbering;

/// <summary>The set of ranges against a plain set of numbers. CsCheck prints the seed of a failure.</summary>
public sealed class NumberRangesTests
{
    private static readonly Gen<(bool IsAdd, NumberRange Range)> Change =
        from isAdd in Gen.Bool
        from start in Gen.Long[1, 60]
        from length in Gen.Long[0, 8]
        select (isAdd, new NumberRange(start, start + length));

    [Fact]
    public void It_holds_what_a_set_of_the_same_numbers_holds()
    {
        Change.Array[0, 40].Sample(changes =>
        {
            NumberRanges ranges = new();
            SortedSet<long> model = [];
            foreach ((bool isAdd, NumberRange range) in changes)
            {
                if (isAdd) ranges.Add(range);
                else ranges.Remove(range);
                for (long n = range.From; n <= range.To; n++) _ = isAdd ? model.Add(n) : model.Remove(n);
            }

            Assert.True(NumberRanges.TryParse(ranges.Format(), out NumberRanges read));
            Assert.Equal(ranges.Format(), read.Format());
            Assert.Equal(model.Count, ranges.Numbers);
            for (long n = 0; n <= 70; n++) Assert.Equal(model.Contains(n), ranges.Contains(n));
            foreach ((NumberRange before, NumberRange after) in ranges.Zip(ranges.Skip(1)))
                Assert.True(after.From > before.To + 1, $"{ranges.Format()} has ranges that touch");
        });
    }

    [Theory]
    [InlineData("5-3")]
    [InlineData("0")]
    [InlineData("-1")]
    [InlineData("1-2-3")]
    [InlineData("9007199254740992")]
    [InlineData("1,x")]
    [InlineData("1, 2")]
    public void Anything_else_is_not_read(string text) => Assert.False(NumberRanges.TryParse(text, out _));
}
