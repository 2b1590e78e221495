using Steno.Views;

namespace Steno.Tests.Views;

public sealed class OpenJournalTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>A journal that was replaced in the tick it was made in was followed for ever, and nothing new was shown.</summary>
    [Fact]
    public void Another_file_is_another_however_soon_after_the_first_it_was_made()
    {
        for (int round = 0; round < 100; round++)
        {
            string path = _directory.File("current_session.jsonl", "one\n");
            string other = _directory.File("other.jsonl", "two\n");
            using OpenJournal open = OpenJournal.TryOpen(path, 0)!;
            Assert.False(open.IsReplaced(path));

            File.Move(other, path, overwrite: true);

            Assert.True(open.IsReplaced(path), $"round {round}");
            File.Delete(path);
            Assert.True(open.IsReplaced(path));
        }
    }
}
