using System.Globalization;
using System.Text;
using Microsoft.Extensions.Logging;
using Steno.Core;
using Steno.Core.Messages;
using Steno.Core.Numbering;
using Steno.Core.Sessions;
using Steno.Zmtp;

namespace Steno.Recorder;

/// <summary>
/// The one thread that gives messages their place: takes them from the queue, composes their lines, appends
/// them to the journal. Start it once. <see cref="Finish"/> ends it in good order; after a failure it has
/// ended by itself, and <see cref="Failure"/> says why. Counters may be read by any thread.
/// </summary>
internal sealed class Scribe
{
    /// <summary>
    /// How long an idle scribe sleeps at most; the queue and the inbox wake it. This is its sign of life for
    /// status.
    /// </summary>
    private static readonly TimeSpan IdleNap = TimeSpan.FromSeconds(1);

    /// <summary>As many messages waiting, or coming within one nap, are a burst: 32,000 a second.</summary>
    private const int BurstMessages = 64;

    private static readonly TimeSpan BurstNap = TimeSpan.FromMilliseconds(2);

    /// <summary>
    /// Longer than 10,000 messages of a Python publisher take; short for anyone who waits for a message.
    /// </summary>
    private static readonly TimeSpan BurstMax = TimeSpan.FromMilliseconds(100);

    private readonly ReceiveQueue _queue;
    private readonly EventInbox _inbox;
    private readonly LiveSession _journal;
    private readonly LineComposer _composer;
    private readonly AgentRoster _agents;
    private readonly PublisherLedger _publishers;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Thread _thread;
    private readonly TaskCompletionSource<Exception> _failed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _hasLetBurstIn;
    private volatile Exception? _failure;
    private long _messages;
    private long _recorded;
    private long _truncated;
    private long _beat;
    private long _atHand;
    private long _bytesAtHand;

    public Scribe(
        ReceiveQueue queue, EventInbox inbox, LiveSession journal, LineComposer composer, AgentRoster agents,
        PublisherLedger publishers, TimeProvider time, ILogger logger)
    {
        _queue = queue;
        _inbox = inbox;
        _journal = journal;
        _composer = composer;
        _agents = agents;
        _publishers = publishers;
        _time = time;
        _logger = logger;
        _beat = time.GetTimestamp();
        journal.Renumbering += publishers.Renumber;
        _thread = new Thread(Run) { Name = "scribe", IsBackground = true };
    }

    /// <summary>
    /// When the messages were received that it composes now, out of the queue and not yet in the journal;
    /// null if there are none. A message of 100 MB takes half a second.
    /// </summary>
    public DateTimeOffset? AtHandSince => Volatile.Read(ref _atHand) is var ticks and > 0
        ? new DateTimeOffset(ticks, TimeSpan.Zero)
        : null;

    /// <summary>Memory of these messages, in bytes; 0 if there are none.</summary>
    public long BytesAtHand => Volatile.Read(ref _bytesAtHand);

    /// <summary>Messages taken from the queue.</summary>
    public long Messages => Volatile.Read(ref _messages);

    /// <summary>Those among them that were over the size limit.</summary>
    public long Truncated => Volatile.Read(ref _truncated);

    /// <summary>How long ago the scribe was last seen to move.</summary>
    public TimeSpan Silence => _time.GetElapsedTime(Volatile.Read(ref _beat));

    /// <summary>Why it has stopped writing; null as long as it writes.</summary>
    public Exception? Failure => _failure;

    /// <summary>Completes when it stops writing by a failure.</summary>
    public Task<Exception> Failed => _failed.Task;

    /// <summary>Messages received that will not be recorded; 0 as long as it writes.</summary>
    public long Lost => _failure is null ? 0 : Unrecorded;

    /// <summary>Messages received that are not recorded, or not yet.</summary>
    public long Unrecorded
    {
        get
        {
            long recorded = Volatile.Read(ref _recorded); // first: what is recorded meanwhile was received before
            return Math.Max(0, Messages + _queue.QueuedMessages - recorded); // a batch is in neither for a moment
        }
    }

    /// <summary>So many messages more are durable. On the thread that commits.</summary>
    public void NoteRecorded(int messages) => Volatile.Write(ref _recorded, _recorded + messages);

    public void Start() => _thread.Start();

    /// <summary>
    /// Returns when the completed queue is drained and everything in it is durable, or the scribe has failed, or was never started. May be called again.
    /// </summary>
    public void Finish()
    {
        _queue.Complete();
        if (_thread.IsAlive) _thread.Join();
    }

    private void Run()
    {
        try
        {
            while (!_queue.IsDrained)
            {
                Volatile.Write(ref _beat, _time.GetTimestamp());
                _journal.Look();
                WriteEvents();
                if (_publishers.IsDue) TellNumbers();
                _journal.SucceedIfDue();
                LetBurstIn();
                if (_queue.TryRead(out ReceivedBatch? batch))
                {
                    using (batch) Record(batch);
                    if (_queue.QueuedMessages > 0) _journal.Flush(); // more to compose while the committer syncs
                    continue;
                }

                _journal.Commit();
                _hasLetBurstIn = false;
                _queue.WaitToRead(IdleNap, CancellationToken.None);
            }

            WriteEvents();
            _publishers.EndGrace();
            TellNumbers();
            _journal.Commit();
            _journal.EndSuccessions();
        }
#pragma warning disable CA1031 // Whatever it is, recording has stopped: that must be said, and the process must live to say it.
        catch (Exception e)
#pragma warning restore CA1031
        {
            RecorderLog.RecordingStopped(_logger, e.Message, e);
            ForgetUnrecorded();
            _failure = e;
            _failed.SetResult(e);
        }
    }

    /// <summary>
    /// Agents' counts say what was recorded: what was composed and never reached the disk is taken out of them.
    /// </summary>
    private void ForgetUnrecorded()
    {
        _journal.GiveUp();
        foreach (ReadOnlyMemory<byte> line in _journal.Unrecorded)
        {
            _ = RecordedMessage.TryParse(line.Span, out RecordedMessage message);
            if (message.Event is null) _agents.Forget(Encoding.UTF8.GetBytes(message.Speaker));
        }
    }

    /// <summary>
    /// When a burst begins, the sockets come first: a stock publisher drops what does not fit into its 1000
    /// places, and on a machine with few cores every microsecond of ours is one that it does not get to send.
    /// While messages keep pouring in the scribe naps, for <see cref="BurstMax"/> at most and once for each
    /// time the queue was empty; they wait in the queue meanwhile.
    /// </summary>
    private void LetBurstIn()
    {
        if (_hasLetBurstIn || _queue.QueuedMessages < BurstMessages) return;
        _hasLetBurstIn = true;
        long began = _time.GetTimestamp();
        long admitted;
        do
        {
            admitted = _queue.AdmittedMessages;
            Nap();
        }
        while (_queue.AdmittedMessages - admitted >= BurstMessages && _time.GetElapsedTime(began) < BurstMax
            && _queue.QueuedBytes < _queue.BudgetBytes / 4);
    }

    private static void Nap()
    {
#pragma warning disable RS0030 // To be off the processor is the purpose, and there is no condition to wait for.
        Thread.Sleep(BurstNap);
#pragma warning restore RS0030
    }

    private void Record(ReceivedBatch batch)
    {
        Volatile.Write(ref _atHand, batch.ReceivedAt.UtcTicks);
        Volatile.Write(ref _bytesAtHand, batch.ChargedBytes);
        Volatile.Write(ref _messages, _messages + batch.MessageCount);
        MessageSource source = batch.Origin.SocketType == ZmtpSocketType.Pull ? MessageSource.Direct : MessageSource.Broker;
        for (int i = 0; i < batch.MessageCount; i++)
        {
            ReceivedMessage received = batch[i];
            CapturedMessage message = new()
            {
                Buffer = received.Buffer,
                Frames = received.Frames,
                Source = source,
                ReceivedAt = batch.ReceivedAt,
                Truncation = received.Truncation is { } cut ? new Core.Messages.Truncation(cut.TotalBytes, cut.Sha256) : null,
            };
            LineBuffer line = _journal.BeginLine();
            long seq = _journal.NextSeq; // not before: the line may be the first of another session
            _composer.Compose(message, seq, line);
            _journal.EndLine(batch.ReceivedAt, messages: 1);
            if (received.Truncation is not null) Volatile.Write(ref _truncated, _truncated + 1);
            NoteNumber(seq, received.Truncation is not null);
            if (_agents.Note(_composer.Speaker, batch.ReceivedAt)) WriteAgentSeen(batch.ReceivedAt);
        }

        Volatile.Write(ref _atHand, 0);
        Volatile.Write(ref _bytesAtHand, 0);
    }

    private void NoteNumber(long seq, bool isTruncated)
    {
        PublisherNumber number = _composer.Number;
        MessageTraits traits = (_composer.DuplicateOf is null ? 0 : MessageTraits.Repeat)
            | (_composer.IsSilent ? MessageTraits.Silent : 0) | (isTruncated ? MessageTraits.Truncated : 0);
        _publishers.Note(in number, _composer.Speaker, seq, traits);
        if (_publishers.IsFull) TellNumbers();
    }

    private void TellNumbers()
    {
        while (_publishers.TakeNotice() is { } notice) _publishers.Told(Write(notice.ToEvent(), _time.GetUtcNow()));
    }

    private void WriteAgentSeen(DateTimeOffset at)
    {
        string name = Encoding.UTF8.GetString(_composer.Speaker);
        Write(new SystemEvent(SystemEventNames.AgentSeen, $"{name} spoke for the first time since this recorder started.", SystemEventField.Of("agent", name)), at);
    }

    private void WriteEvents()
    {
        if (_inbox.IsEmpty && !TryNoteStall()) return;
        while (_inbox.TryTake(_messages, out SystemEvent? e, out DateTimeOffset at)) Write(e, at);
        while (TryNoteStall())
        {
            // each stall has a line of its own
        }

        if (_inbox.TakeLost() is var lost and > 0)
        {
            string text = string.Create(CultureInfo.InvariantCulture, $"{lost} events of the recorder's own came too fast to be written.");
            Write(new SystemEvent(SystemEventNames.Gap, text, SystemEventField.Of("events_lost", lost)), _time.GetUtcNow());
        }
    }

    private bool TryNoteStall()
    {
        if (!_queue.TryReadStall(out StallPeriod stall)) return false;
        Write(
            new SystemEvent(
                SystemEventNames.Stalled,
                "The disk was too slow, and reading from the sockets stopped: the broker may have dropped messages.",
                SystemEventField.Of("from", stall.From),
                SystemEventField.Of("to", stall.To)),
            _time.GetUtcNow());
        return true;
    }

    private long Write(SystemEvent e, DateTimeOffset at)
    {
        LineBuffer line = _journal.BeginLine();
        long seq = _journal.NextSeq;
        _composer.ComposeEvent(e, seq, at, line);
        _journal.EndLine(at);
        return seq;
    }
}
