using Microsoft.Extensions.Time.Testing;
using Steno.Zmtp;

namespace Steno.Tests.Zmtp;

public sealed class ReceiveQueueTests
{
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2026, 1, 1, 0, 0, 0, TimeSpan.Zero));

    [Fact]
    public async Task Wake_ends_the_readers_wait_the_present_one_or_the_next()
    {
        CancellationToken cancellation = TestContext.Current.CancellationToken;
        using ReceiveQueue queue = new(ReceiveQueue.DefaultBudgetBytes, TimeProvider.System);
        queue.Wake();
        TimeSpan hour = TimeSpan.FromHours(1);
        Assert.False(queue.WaitToRead(hour, cancellation));

        Task<bool> waiting = Task.Run(() => queue.WaitToRead(hour, cancellation), cancellation);
        queue.Wake();
        Assert.False(await waiting.WaitAsync(TimeSpan.FromSeconds(10), cancellation));
    }

    [Fact]
    public async Task A_writer_waits_while_the_queue_is_full_and_the_stall_is_kept_with_its_times()
    {
        using ReceiveQueue queue = new(64 * 1024, _time);
        await WriteAsync(queue, Batch(60_000));
        DateTimeOffset from = _time.GetUtcNow();
        Task second = WriteAsync(queue, Batch(30_000));
        Task third = WriteAsync(queue, Batch(20_000));
        Assert.False(second.IsCompleted);
        Assert.True(queue.IsStalledNow);

        _time.Advance(TimeSpan.FromSeconds(7));
        Assert.True(queue.TryRead(out ReceivedBatch? first));
        Assert.Equal(60_000, first[0].GetFrame(0).Length);
        await second;
        await third;
        Assert.False(queue.IsStalledNow);
        Assert.Equal(1, queue.StallCount);
        Assert.True(queue.TryReadStall(out StallPeriod stall));
        Assert.Equal(new StallPeriod(from, from.AddSeconds(7)), stall);
        Assert.False(queue.TryReadStall(out _));
        Assert.Equal(2, queue.QueuedMessages);
    }

    [Fact]
    public async Task A_batch_larger_than_the_budget_is_admitted_alone()
    {
        using ReceiveQueue queue = new(64 * 1024, _time);
        await WriteAsync(queue, Batch(1_000_000));
        Assert.True(queue.QueuedBytes > 1_000_000);
        Assert.False(WriteAsync(queue, Batch(1)).IsCompleted);
    }

    [Fact]
    public async Task Bytes_and_messages_are_counted_to_zero()
    {
        using ReceiveQueue queue = new(1 << 20, _time);
        for (int i = 0; i < 100; i++) await WriteAsync(queue, Batch(i));
        Assert.Equal(100, queue.QueuedMessages);
        for (int i = 0; i < 100; i++)
        {
            Assert.True(queue.TryRead(out ReceivedBatch? batch));
            Assert.Equal(i, batch[0].GetFrame(0).Length);
            batch.Dispose();
        }

        Assert.Equal(0, queue.QueuedBytes);
        Assert.Equal(0, queue.QueuedMessages);
        Assert.Null(queue.OldestQueuedAt);
    }

    [Fact]
    public async Task A_cancelled_writer_leaves_the_line_to_those_behind_it()
    {
        using ReceiveQueue queue = new(64 * 1024, _time);
        await WriteAsync(queue, Batch(60_000));
        using CancellationTokenSource cancel = new();
        Task large = queue.WriteAsync(Batch(64_000), cancel.Token).AsTask();
        Task small = WriteAsync(queue, Batch(10));
        Assert.False(small.IsCompleted);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => large);
        await small;
        Assert.Equal(2, queue.QueuedMessages);
    }

    [Fact]
    public async Task After_completion_the_rest_is_read_and_writers_are_refused()
    {
        using ReceiveQueue queue = new(64 * 1024, _time);
        await WriteAsync(queue, Batch(60_000));
        Task waiting = WriteAsync(queue, Batch(60_000));
        queue.Complete();
        await Assert.ThrowsAsync<InvalidOperationException>(() => waiting);
        await Assert.ThrowsAsync<InvalidOperationException>(() => WriteAsync(queue, Batch(1)));
        Assert.True(queue.WaitToRead(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken));
        Assert.True(queue.TryRead(out _));
        Assert.True(queue.IsDrained);
        Assert.False(queue.WaitToRead(TimeSpan.FromSeconds(5), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_reader_on_its_own_thread_gets_every_batch_of_many_writers()
    {
        using ReceiveQueue queue = new(64 * 1024, TimeProvider.System);
        long messages = 0;
        Thread reader = new(() =>
        {
            while (!queue.IsDrained)
            {
                queue.WaitToRead(TimeSpan.FromMilliseconds(50), CancellationToken.None);
                while (queue.TryRead(out ReceivedBatch? batch))
                {
                    messages += batch.MessageCount;
                    batch.Dispose();
                }
            }
        });
        reader.Start();
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            for (int i = 0; i < 2000; i++) await WriteAsync(queue, Batch(i % 3000));
        }, TestContext.Current.CancellationToken)));
        queue.Complete();
        Assert.True(reader.Join(TimeSpan.FromSeconds(10)));
        Assert.Equal(16_000, messages);
        Assert.Equal(0, queue.QueuedBytes);
    }

    [Fact]
    public void A_batch_from_elsewhere_keeps_its_frames()
    {
        using ReceivedBatch batch = ReceivedBatch.FromMessage(
            TestSockets.Hook, default, "topic"u8.ToArray(), new byte[300], ReadOnlyMemory<byte>.Empty);
        Assert.Equal(1, batch.MessageCount);
        Assert.Equal(3, batch[0].Frames.Length);
        Assert.Equal("topic"u8, batch[0].GetFrame(0));
        Assert.Equal(new byte[300], batch[0].GetFrame(1));
        Assert.Empty(batch[0].GetFrame(2).ToArray());
    }

    /// <summary>As a task, to be looked at and awaited later.</summary>
    private static async Task WriteAsync(ReceiveQueue queue, ReceivedBatch batch) =>
        await queue.WriteAsync(batch, TestContext.Current.CancellationToken);

    private ReceivedBatch Batch(int bytes) =>
        ReceivedBatch.FromMessage(TestSockets.Hook, _time.GetUtcNow(), new byte[bytes]);
}
