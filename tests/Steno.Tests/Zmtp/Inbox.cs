using Steno.Zmtp;

namespace Steno.Tests.Zmtp;

/// <summary>Takes messages out of a <see cref="ReceiveQueue"/> as plain arrays, for assertions.</summary>
internal sealed class Inbox : IDisposable
{
    private readonly Queue<byte[][]> _read = new();

    public ReceiveQueue Queue { get; } = new(ReceiveQueue.DefaultBudgetBytes, TimeProvider.System);

    /// <summary>The next message's frames.</summary>
    public byte[][] Next(double seconds = 10)
    {
        long start = TimeProvider.System.GetTimestamp();
        while (_read.Count == 0)
        {
            Fill();
            if (_read.Count > 0) break;
            if (TimeProvider.System.GetElapsedTime(start).TotalSeconds > seconds)
                Assert.Fail("No message came.");
            Queue.WaitToRead(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
        }

        return _read.Dequeue();
    }

    public string NextText(double seconds = 10) =>
        string.Join('|', Next(seconds).Select(System.Text.Encoding.UTF8.GetString));

    /// <summary>Reads until <paramref name="wanted"/> says yes.</summary>
    public void SkipTo(Func<byte[][], bool> wanted)
    {
        while (!wanted(Next()))
        {
        }
    }

    /// <summary>The same, among what comes within a tenth of a second.</summary>
    public bool TrySkipTo(Func<byte[][], bool> wanted)
    {
        Queue.WaitToRead(TimeSpan.FromMilliseconds(100), TestContext.Current.CancellationToken);
        Fill();
        while (_read.TryDequeue(out byte[][]? message))
            if (wanted(message)) return true;
        return false;
    }

    public void Dispose() => Queue.Dispose();

    private void Fill()
    {
        while (Queue.TryRead(out ReceivedBatch? batch))
        {
            using (batch)
            {
                for (int i = 0; i < batch.MessageCount; i++)
                {
                    ReceivedMessage message = batch[i];
                    byte[][] frames = new byte[message.Frames.Length][];
                    for (int f = 0; f < frames.Length; f++) frames[f] = message.GetFrame(f).ToArray();
                    _read.Enqueue(frames);
                }
            }
        }
    }
}
