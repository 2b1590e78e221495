using Steno.Core.Journal;
using Steno.Core.Sessions;
using Steno.Zmtp;

namespace Steno.Recorder;

/// <summary>
/// What was received and is not recorded yet: in the queue, in the scribe's hands, in a batch of the journal.
/// Any thread; never waits. Each figure is of its own moment.
/// </summary>
internal sealed class Backlog(ReceiveQueue queue, Scribe scribe, LiveSession live, TimeProvider time)
{
    /// <summary>Messages.</summary>
    public long Messages => scribe.Unrecorded;

    /// <summary>Bytes in memory: of messages as they came, and of lines that were made of them.</summary>
    public long Bytes
    {
        get
        {
            JournalWriter writer = live.Current.Writer;
            return queue.QueuedBytes + scribe.BytesAtHand + Math.Max(0, writer.AppendedBytes - writer.DurableBytes);
        }
    }

    /// <summary>How long ago the oldest of it was received; zero when there is none.</summary>
    public TimeSpan Age
    {
        get
        {
            DateTimeOffset now = time.GetUtcNow();
            DateTimeOffset oldest = new[] { live.Current.Writer.OldestUnrecorded, scribe.AtHandSince, queue.OldestQueuedAt }.Min() ?? now;
            return oldest < now ? now - oldest : TimeSpan.Zero;
        }
    }
}
