using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Win32.SafeHandles;
using Steno.Core.Files;
using Steno.Recorder;

namespace Steno.Tests.Recorder;

/// <summary>A disk that is tried while nobody speaks.</summary>
public sealed class DiskTrialTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    /// <summary>The recorder goes on by itself, and so nobody is told to start it again.</summary>
    [Fact]
    public async Task Of_a_full_disk_it_says_that_recording_goes_on_with_room()
    {
        FullDisk calls = new();
        using DiskTrial trial = new(new LogDirectory(_directory.Path, new Disk(calls)), reserveBytes: 0, () => true, () => { }, TimeProvider.System, NullLogger.Instance);
        trial.Start();
        await Eventually.BecomesTrueAsync(() => trial.Refusal is not null, "it is refused");
        Assert.StartsWith("The disk refused a trial write: write failed on ", trial.Refusal, StringComparison.Ordinal);
        Assert.EndsWith(". Make room there, and what is said is recorded again.", trial.Refusal, StringComparison.Ordinal);
        calls.HasRoom = true;
        await Eventually.BecomesTrueAsync(() => trial.Refusal is null, "there is room");
    }

    private sealed class FullDisk : DiskCalls
    {
        public volatile bool HasRoom;

        public override void Write(SafeFileHandle file, string path, ReadOnlySpan<byte> bytes, long offset)
        {
            if (!HasRoom) throw StorageException.FromErrno("write", path, Errnos.NoSpace);
            base.Write(file, path, bytes, offset);
        }
    }
}
