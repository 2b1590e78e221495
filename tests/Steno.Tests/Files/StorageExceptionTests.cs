using Steno.Core.Files;

namespace Steno.Tests.Files;

public sealed class StorageExceptionTests
{
    /// <summary>Where blocks are free it is inodes that lack: to free some space would not help.</summary>
    [Theory]
    [InlineData("open")]
    [InlineData("mkdir")]
    public void That_no_more_files_can_be_made_is_told_from_a_lack_of_space(string operation)
    {
        using TemporaryDirectory directory = new();
        StorageException inodes = StorageException.FromErrno(operation, directory.Join("file"), Errnos.NoSpace);
        Assert.Contains("no more files", inodes.Sentences, StringComparison.Ordinal);
        Assert.DoesNotContain("Free some space", inodes.Sentences, StringComparison.Ordinal);
        StorageException blocks = StorageException.FromErrno("write", directory.Join("file"), Errnos.NoSpace);
        Assert.Contains("Free some space", blocks.Sentences, StringComparison.Ordinal);
    }

    /// <summary>A verb that failed, and a recorder that goes on, need no start.</summary>
    [Fact]
    public void A_full_disk_asks_for_space_and_not_for_a_start() => Assert.DoesNotContain(
        "start the recorder", StorageException.FromErrno("write", "file", Errnos.NoSpace).Hint, StringComparison.Ordinal);

    [Fact]
    public void A_size_limit_is_named_in_plain_words()
    {
        StorageException managed = StorageException.FromException(
            "write", "file", new ArgumentOutOfRangeException("value", "Specified file length was too large for the file system."));
        StorageException native = StorageException.FromErrno("write", "file", Errnos.FileTooBig);
        Assert.Equal("write failed on file: the file would be larger than the limit of this process or of the file system allows (errno 27)", managed.Message);
        Assert.Equal(native.Message, managed.Message);
    }
}
