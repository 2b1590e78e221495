using Steno.Zmtp.Buffers;
using Steno.Zmtp.Sending;

namespace Steno.Tests.Zmtp;

public sealed class SendQueueTests
{
    [Fact]
    public void Runs_that_follow_each_other_in_a_buffer_become_one()
    {
        SendQueue queue = new(1 << 20);
        PooledBuffer buffer = BufferPool.Shared.Rent(BufferPool.MediumBytes);
        for (int i = 0; i < 10; i++) Assert.True(queue.TryAdd(buffer, i * 100, 100, messages: 1));
        List<ArraySegment<byte>> bytes = [];
        List<Run> runs = [];
        Assert.True(queue.TryTake(bytes, runs));
        Assert.Equal(1000, Assert.Single(bytes).Count);
        Assert.Equal(10, Assert.Single(runs).Messages);
        queue.Sent(runs);
        Assert.Equal(0, queue.HeldBytes);
        Assert.True(queue.IsEmpty);
    }

    [Fact]
    public void What_does_not_fit_is_refused_and_a_message_larger_than_the_budget_goes_alone()
    {
        SendQueue queue = new(64 * 1024);
        PooledBuffer huge = new(new byte[1_000_000], null);
        Assert.True(queue.TryAdd(huge, 0, 1_000_000, messages: 1));
        Assert.False(queue.TryAdd(new PooledBuffer(new byte[100], null), 0, 100, messages: 1));
        List<Run> runs = [];
        queue.TryTake([], runs);
        Assert.False(queue.TryAdd(new PooledBuffer(new byte[100], null), 0, 100, messages: 1));
        queue.Sent(runs);
        Assert.True(queue.TryAdd(new PooledBuffer(new byte[100], null), 0, 100, messages: 1));
    }

    [Fact]
    public void A_slow_peer_that_wants_little_of_much_pins_no_more_than_its_budget()
    {
        const int Budget = 8 << 20;
        SendQueue queue = new(Budget);
        HashSet<PooledBuffer> pinned = [];
        for (int i = 0; i < 2000; i++)
        {
            // One message of 800 bytes out of each 512 KiB that pass by.
            PooledBuffer buffer = new(new byte[512 * 1024], null);
            Assert.True(queue.TryAdd(buffer, 1000, 800, messages: 1));
            if (!buffer.IsUnshared) pinned.Add(buffer);
        }

        Assert.True(pinned.Sum(buffer => (long)buffer.Capacity) <= Budget);
        Assert.True(queue.HeldBytes <= Budget);
    }

    [Fact]
    public void Commands_go_ahead_of_messages()
    {
        SendQueue queue = new(1 << 20);
        queue.TryAdd(new PooledBuffer(new byte[100], null), 0, 100, messages: 1);
        queue.TryAddCommand([1, 2, 3]);
        List<ArraySegment<byte>> bytes = [];
        queue.TryTake(bytes, []);
        Assert.Equal([3, 100], bytes.Select(piece => piece.Count));
    }
}
