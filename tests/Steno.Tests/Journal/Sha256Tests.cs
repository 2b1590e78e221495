using System.Security.Cryptography;
using Steno.Core.Journal;

namespace Steno.Tests.Journal;

public sealed class Sha256Tests
{
    [Fact]
    public void Both_ways_give_the_same_hash_whatever_the_lengths()
    {
        if (!Sha256.IsDirect) Assert.Skip("OpenSSL 3 is not on this machine: .NET's own is the only way here.");
        byte[] bytes = new byte[9000];
        new Random(4711).NextBytes(bytes);
        for (int length = 0; length < bytes.Length; length += length < 300 ? 1 : 611)
        {
            foreach (int first in new[] { 0, Math.Min(1, length), Math.Min(32, length), length })
            {
                byte[] direct = new byte[Sha256.HashBytes];
                byte[] managed = new byte[Sha256.HashBytes];
                Sha256.Hash(bytes.AsSpan(0, first), bytes.AsSpan(first, length - first), direct);
                Sha256.HashManaged(bytes.AsSpan(0, first), bytes.AsSpan(first, length - first), managed);
                byte[] expected = SHA256.HashData(bytes.AsSpan(0, length));
                Assert.Equal(expected, direct);
                Assert.Equal(expected, managed);
            }
        }
    }

    [Fact]
    public void The_hash_may_take_the_place_of_what_was_hashed()
    {
        byte[] chain = new byte[32];
        byte[] expected = SHA256.HashData([.. chain, 1, 2, 3]);
        Sha256.Hash(chain, [1, 2, 3], chain);
        Assert.Equal(expected, chain);
    }
}
