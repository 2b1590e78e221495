using Steno.Core.Files;

namespace Steno.Tests.Files;

public sealed class DirectoryLockTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_second_writer_is_kept_out_and_told_who_is_in()
    {
        LogDirectory logs = new(_directory.Join("logs"));
        using (DirectoryLock.Acquire(logs))
        {
            DirectoryLockedException refused = Assert.Throws<DirectoryLockedException>(() => DirectoryLock.Acquire(logs));
            Assert.Equal(Environment.ProcessId, refused.Holder);
            Assert.Contains("steno stop", refused.Hint, StringComparison.Ordinal);
        }

        DirectoryLock.Acquire(logs).Dispose();
    }

    [Fact]
    public void The_directory_is_for_the_owner_only()
    {
        if (OperatingSystem.IsWindows()) Assert.Skip("Windows has no file modes.");
        LogDirectory logs = new(_directory.Join("a/b/logs"));
        DirectoryLock.Acquire(logs).Dispose();
        Assert.Equal(
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(logs.Root));
    }
}
