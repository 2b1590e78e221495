using System.Globalization;
using Steno.Core.Messages;
using Steno.Core.Recovery;

namespace Steno.Recorder;

/// <summary>
/// When the recorder could hear what: in the journal, as lines, and for status the latest periods. Any
/// thread.
/// </summary>
internal sealed class CoverageLog(EventInbox inbox, TimeProvider time)
{
    /// <summary>Periods kept for status; all of them are in the journal.</summary>
    private const int Kept = 100;

    /// <summary>A source that takes longer to be heard for the first time was missed: until then a recorder only begins.</summary>
    private static readonly TimeSpan Beginning = TimeSpan.FromSeconds(2);

    /// <summary>The same where it takes up what another recorder left without a word: then the hole is told as long as it is.</summary>
    private static readonly TimeSpan BeginningAgain = TimeSpan.FromSeconds(0.25);

    /// <summary>So soon after its announcement a stop follows; see <see cref="AnnounceStop"/>.</summary>
    private static readonly TimeSpan AnnouncedFor = TimeSpan.FromSeconds(10);

    private const string NotKnown = "What was said while the recorder could not hear is not known.";

    private readonly Lock _gate = new();
    private readonly LinkedList<CoverageStatus> _periods = new();
    private readonly Dictionary<string, Silence> _silent = [];
    private UnheardTime? _takenUp;
    private bool _hasHeard;
    private long? _announced;
    private volatile string? _interruption;
    private volatile string? _earlier;
    private volatile bool _isStopping;
    private volatile UnheardStatus? _unheard;

    /// <summary>
    /// Why something may have been said since this recorder started that it did not hear; null if nothing is
    /// known of that. It stays until another session begins in good order, of which it says nothing.
    /// </summary>
    public string? Interruption => _interruption;

    /// <summary>
    /// The session, or what it begins with, is older than this recorder: why something of it may be missing. Null if the recorder began it.
    /// </summary>
    public string? EarlierRecorder => _earlier;

    /// <summary>From when to when no recorder listened, where the one before this did not end in good order; null: it did, or nothing is known.</summary>
    public UnheardStatus? Unheard => _unheard;

    /// <summary>What the next recorder has to know, should this one end without a word: null: all is heard.</summary>
    public UnheardTime? StillUnheard
    {
        get
        {
            lock (_gate)
            {
                if (_isStopping) return null; // what is not heard again by now, the journal tells
                UnheardTime? before = _hasHeard ? null : _takenUp;
                SilentSource[] silent = [.. _silent.Select(source => new SilentSource(source.Key, source.Value.Since)).OrderBy(source => source.Endpoint, StringComparer.Ordinal)];
                return before is null && silent.Length == 0 ? null : new UnheardTime(before?.Since, before?.Reason, silent);
            }
        }
    }

    /// <summary>The recorder ends: that it ceases to hear is its own doing.</summary>
    public bool IsStopping => _isStopping;

    /// <summary>See <see cref="AnnounceStop"/>.</summary>
    public bool IsStopAnnounced
    {
        get
        {
            lock (_gate) return IsAnnounced;
        }
    }

    public IReadOnlyList<CoverageStatus> Snapshot()
    {
        lock (_gate) return [.. _periods];
    }

    /// <summary>A source that is to be heard from now on, and is not yet.</summary>
    public void Expect(string endpoint)
    {
        DateTimeOffset now = time.GetUtcNow();
        lock (_gate)
        {
            DateTimeOffset since = _takenUp?.Sources.FirstOrDefault(source => source.Endpoint == endpoint)?.Since ?? _unheard?.From ?? now;
            _silent[endpoint] = new Silence(since, now + (_unheard is null ? Beginning : BeginningAgain), null);
        }
    }

    public void Begin(CoveragePeriod period, string peer)
    {
        Silence? before = null;
        lock (_gate)
        {
            _hasHeard = true;
            if (_silent.Remove(period.Endpoint, out Silence silence)) before = silence;
            if (before is { Reason: null } && _unheard is { } unheard) _unheard = unheard with { To = period.From };
            _periods.AddFirst(new CoverageStatus { Endpoint = period.Endpoint, From = period.From });
            if (_periods.Count > Kept) _periods.RemoveLast();
        }

        List<SystemEventField> fields = [SystemEventField.Of("endpoint", period.Endpoint), SystemEventField.Of("peer", peer)];
        if (before is { } missed && missed.IsHole(period.From))
        {
            // Said again: another session may have begun meanwhile, and the hole reaches into it.
            Interrupt(NotKnown);
            fields.Add(SystemEventField.Of("not_heard_since", missed.Since));
        }

        inbox.Add(new SystemEvent(SystemEventNames.CoverageStarted, $"Listening to {period.Endpoint} ({peer}).", [.. fields]), period.From);
    }

    /// <param name="lastHeard">When the last byte came: what was said after it may be missing.</param>
    public void End(CoveragePeriod period, DateTimeOffset lastHeard, string reason)
    {
        bool isPartOfStop = _isStopping;
        lock (_gate)
        {
            isPartOfStop |= IsAnnounced;
            _silent[period.Endpoint] = new Silence(lastHeard, lastHeard, reason, isPartOfStop);
            for (LinkedListNode<CoverageStatus>? node = _periods.First; node is not null; node = node.Next)
            {
                if (node.Value.Endpoint != period.Endpoint || node.Value.From != period.From) continue;
                node.Value = node.Value with { To = lastHeard, Reason = reason };
                break;
            }
        }

        if (!isPartOfStop) Interrupt(NotKnown);
        inbox.Add(EndEvent(period.Endpoint, lastHeard, reason), time.GetUtcNow());
    }

    /// <summary>A peer that spoke was dropped, or ended within a message: what it was saying is not recorded.</summary>
    public void Gap(string endpoint, string peer, string reason, string what = "was dropped, and what it was sending may be missing")
    {
        Interrupt($"The peer {peer} at {endpoint} {what}.");
        SystemEvent e = new(
            SystemEventNames.Gap,
            $"The peer {peer} at {endpoint} {what}: {reason}",
            SystemEventField.Of("endpoint", endpoint),
            SystemEventField.Of("peer", peer),
            SystemEventField.Of("reason", reason));
        inbox.Add(e, time.GetUtcNow());
    }

    /// <summary>The recorder did not run, and so did not hear; connections may have outlived that.</summary>
    /// <param name="pause">Until now.</param>
    public void Pause(TimeSpan pause)
    {
        DateTimeOffset now = time.GetUtcNow();
        string what = string.Create(CultureInfo.InvariantCulture,
            $"The recorder did not run for {pause.TotalSeconds:0.0} s: it was stopped, or the machine had no time for it. What a broker could not keep for it meanwhile is lost.");
        Interrupt(what);
        inbox.Add(new SystemEvent(SystemEventNames.Gap, what, SystemEventField.Of("not_heard_since", now - pause)), now);
    }

    /// <summary>Something may have been said that was not heard. The first reason is kept.</summary>
    public void Interrupt(string why) => _interruption ??= why;

    /// <summary>Another recorder has written in this session before.</summary>
    public void ContinueEarlier() =>
        _earlier = "An earlier recorder recorded before this one: who spoke only while none listened is not known.";

    /// <summary>
    /// Another session has begun in good order: what was before is the other's, and its verdict stands in the archive. A checkpoint's lines were
    /// recorded in a time of their own.
    /// </summary>
    public void BeginSession(bool isLoaded)
    {
        DateTimeOffset now = time.GetUtcNow();
        lock (_gate)
        {
            // It begins now, and who is not heard by now is missed in it.
            foreach ((string endpoint, Silence silence) in _silent.ToArray())
                if (silence.Bearable > now) _silent[endpoint] = silence with { Bearable = now };
        }

        if (!_isStopping) _interruption = null; // what the stop met counts in the last session, too
        _earlier = !isLoaded ? null
            : "It begins with the lines of a checkpoint: whether they are all that was said in their time is not known here.";
    }

    /// <summary>
    /// A stop will follow in a moment, and the broker, which is there now, ends before it: nothing is said there any more, and nothing missed. If no stop
    /// follows, a source that is lost now is one that was lost.
    /// </summary>
    public void AnnounceStop()
    {
        lock (_gate) _announced = time.GetTimestamp();
    }

    /// <summary>
    /// From here on coverage ends because the recorder does. That a source was lost is told among the messages when it is heard
    /// again: of one that will not be, now; also of one that was never heard, however short that was.
    /// </summary>
    public void Stop()
    {
        KeyValuePair<string, Silence>[] missed;
        lock (_gate) missed = [.. _silent.Where(source => !(source.Value.IsPartOfStop && IsAnnounced))];
        if (missed.Length > 0) Interrupt(NotKnown);
        _isStopping = true;
        foreach ((string endpoint, Silence silence) in missed)
        {
            string what = silence.Reason is { } reason ? $"was not heard again before the recorder was stopped: {reason}" : "was not heard before the recorder was stopped.";
            TellUnheard(endpoint, what, silence.Since);
        }
    }

    /// <summary>A broker is asked for a sign of life as the recorder stops, and gives none, or was frozen until then.</summary>
    /// <param name="lastHeard">Before it was asked. Null: never.</param>
    /// <param name="what">The rest of the sentence that begins with the endpoint.</param>
    public void NoteSilent(string endpoint, DateTimeOffset? lastHeard, string what)
    {
        Interrupt(NotKnown);
        TellUnheard(endpoint, what, lastHeard ?? time.GetUtcNow());
    }

    /// <summary>
    /// The recorder before this one did not end in good order, as far as is known: its coverage ended, for every source, with its
    /// last sign of life.
    /// </summary>
    public void TakeUp(UnheardTime unheard)
    {
        DateTimeOffset now = time.GetUtcNow();
        if (unheard is not { Since: { } since, Reason: { } reason }) return;
        _takenUp = unheard;
        _unheard = new UnheardStatus { From = since < now ? since : now, To = now, Reason = reason };
        inbox.Add(EndEvent(CoverageWords.AnySource, _unheard.From, reason), now);
    }

    private void TellUnheard(string endpoint, string what, DateTimeOffset since) => inbox.Add(
        new SystemEvent(
            SystemEventNames.Gap,
            $"{endpoint} {what}",
            SystemEventField.Of("endpoint", endpoint),
            SystemEventField.Of("not_heard_since", since)),
        time.GetUtcNow());

    private static SystemEvent EndEvent(string endpoint, DateTimeOffset lastHeard, string reason) => new(
        SystemEventNames.CoverageEnded,
        $"No longer listening to {(endpoint == CoverageWords.AnySource ? "any source" : endpoint)}: {reason}",
        SystemEventField.Of("endpoint", endpoint),
        SystemEventField.Of("last_heard", lastHeard),
        SystemEventField.Of("reason", reason));

    private bool IsAnnounced => _announced is { } since && time.GetElapsedTime(since) < AnnouncedFor;

    /// <summary>A source that is not heard.</summary>
    /// <param name="Since">From when on.</param>
    /// <param name="Bearable">Heard by then, nothing was missed.</param>
    /// <param name="Reason">Why it is not heard any more; null: it never was.</param>
    /// <param name="IsPartOfStop">It ended when a stop was announced. It is a hole all the same, should it be heard again.</param>
    private readonly record struct Silence(DateTimeOffset Since, DateTimeOffset Bearable, string? Reason, bool IsPartOfStop = false)
    {
        public bool IsHole(DateTimeOffset until) => Reason is not null || until > Bearable;
    }
}
