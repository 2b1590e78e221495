using CsCheck;
using Steno.Zmtp.Subscriptions;

namespace Steno.Tests.Zmtp;

public sealed class SubscriptionTests
{
    private static readonly Gen<byte[]> Prefix = Gen.Byte[0, 2].Array[0, 5];

    [Fact]
    public void The_table_matches_what_any_prefix_would_match() =>
        Gen.Select(Prefix.Array[0, 20], Prefix.Array[0, 5], Gen.Byte[0, 2].Array[0, 8].Array[20]).Sample(
            (added, removed, topics) =>
            {
                PrefixSet set = new();
                foreach (byte[] prefix in added) set.Add(prefix);
                foreach (byte[] prefix in removed) set.Remove(prefix);
                byte[][] table = set.GetTable(new Lock());
                foreach (byte[] topic in topics)
                {
                    bool expected = set.All.Any(prefix => topic.AsSpan().StartsWith(prefix));
                    Assert.Equal(expected, PrefixSet.Matches(table, topic));
                }
            },
            iter: 2000);

    [Fact]
    public void The_empty_prefix_matches_everything()
    {
        PrefixSet set = new();
        set.Add("a"u8);
        set.Add([]);
        Assert.True(PrefixSet.MatchesAll(set.GetTable(new Lock())));
        set.Remove([]);
        Assert.False(PrefixSet.Matches(set.GetTable(new Lock()), "b"u8));
    }

    [Fact]
    public void Only_the_first_and_the_last_that_want_a_prefix_count()
    {
        PrefixCounts counts = new();
        Assert.True(counts.Add("x"u8));
        Assert.False(counts.Add("x"u8));
        Assert.False(counts.Remove("x"u8));
        Assert.True(counts.Remove("x"u8));
        Assert.False(counts.Remove("x"u8));
    }
}
