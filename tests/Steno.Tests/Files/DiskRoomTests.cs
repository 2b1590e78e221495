using Steno.Core.Files;

namespace Steno.Tests.Files;

public sealed class DiskRoomTests : IDisposable
{
    /// <summary>No volume has so much.</summary>
    private const long TooMuch = 1L << 60;

    private readonly TemporaryDirectory _directory = new();
    private readonly List<string> _happened = [];

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Without_a_reserve_nothing_waits_before_the_disk_itself_refuses()
    {
        using DiskRoom room = Room(reserveBytes: 0);
        await Task.Run(() => room.Await(TooMuch), TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        Assert.Null(room.Shortage);
    }

    [Fact]
    public async Task What_would_touch_the_reserve_waits_is_named_and_goes_on_when_nothing_waits_any_more()
    {
        using DiskRoom room = Room(reserveBytes: TooMuch);
        Task waiting = Task.Run(() => room.Await(1), TestContext.Current.CancellationToken);
        await Eventually.BecomesTrueAsync(() => room.Shortage is not null, "it waits");
        Assert.False(waiting.IsCompleted);
        Assert.Matches("^The disk is nearly full: .* MiB are free where the logs are, and .* MiB are to stay free.$", room.Shortage!.Description);

        room.EndAfter(TimeSpan.Zero);
        await waiting.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken);
        Assert.Empty(_happened);
        room.Leave();
        Assert.Null(room.Shortage);
        Assert.StartsWith("The disk was full for ", Assert.Single(_happened), StringComparison.Ordinal);
        room.Leave();
        Assert.Single(_happened);
    }

    /// <summary>Others have freed a part of the reserve: a stop may use it.</summary>
    [Fact]
    public async Task What_was_refused_is_tried_once_more_when_nothing_waits_any_more()
    {
        using DiskRoom room = Room(reserveBytes: TooMuch);
        StorageException refusal = StorageException.FromErrno("write", "journal", Errnos.NoSpace);
        Task<bool> waiting = Task.Run(() => room.AwaitMore(refusal), TestContext.Current.CancellationToken);
        await Eventually.BecomesTrueAsync(() => room.Shortage is not null, "it waits");
        room.EndAfter(TimeSpan.Zero);
        Assert.True(await waiting.WaitAsync(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken));
        Assert.False(room.AwaitMore(refusal));
    }

    [Fact]
    public void A_second_copy_gives_way_at_twice_the_reserve_and_not_before()
    {
        long free = FreeSpace.Of(_directory.Path)!.Value;
        using DiskRoom roomy = Room(reserveBytes: free / 4);
        roomy.RequireForCopy("copy");
        using DiskRoom narrow = Room(reserveBytes: free);
        Assert.Contains("nearly full", Assert.Throws<StorageException>(() => narrow.RequireForCopy("copy")).Message, StringComparison.Ordinal);
    }

    private DiskRoom Room(long reserveBytes) => new(_directory.Path, reserveBytes, TimeProvider.System, _happened.Add);
}
