using Steno.Core.Journal;

namespace Steno.Tests.Journal;

public sealed class JournalTailTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData("", 1, 0)]
    [InlineData("a\n", 1, 0)]
    [InlineData("a\nb\n", 1, 2)]
    [InlineData("a\nb\nc\n", 2, 2)]
    [InlineData("a\nb\nc\n", 5, 0)]
    [InlineData("a\nb\ntorn", 1, 2)]
    public void The_last_lines_are_found_from_the_end(string text, int count, long expected) =>
        Assert.Equal(expected, JournalTail.OffsetOfLast(_directory.File("j", text), count));

    [Fact]
    public void Lines_longer_than_a_block_are_found_too()
    {
        string path = _directory.File("j", new string('a', 200_000) + "\n" + new string('b', 300_000) + "\nc\n");
        Assert.Equal(200_001, JournalTail.OffsetOfLast(path, 2));
    }
}
