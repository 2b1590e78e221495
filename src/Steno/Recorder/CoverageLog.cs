using System.Globalization;
using Steno.Core.Messages;

namespace Steno.Recorder;

/// <summary>
/// When the recorder could hear what: in the journal, as lines, and for status the latest periods. Any
/// thread.
/// </summary>
internal sealed class CoverageLog(EventInbox inbox, TimeProvider time)
{
    /// <summary>Periods kept for status; all of them are in the journal.</summary>
    private const int Kept = 100;

    private readonly Lock _gate = new();
    private readonly LinkedList<CoverageStatus> _periods = new();
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

    /// <summary>The recorder ends: that it ceases to hear is its own doing.</summary>
    public bool IsStopping => _isStopping;

    public IReadOnlyList<CoverageStatus> Snapshot()
    {
        lock (_gate) return [.. _periods];
    }

    public void Begin(CoveragePeriod period, string peer)
    {
        DateTimeOffset? before;
        lock (_gate)
        {
            before = _periods.FirstOrDefault(one => one.Endpoint == period.Endpoint)?.To;
            _periods.AddFirst(new CoverageStatus { Endpoint = period.Endpoint, From = period.From });
            if (_periods.Count > Kept) _periods.RemoveLast();
        }

        List<SystemEventField> fields = [SystemEventField.Of("endpoint", period.Endpoint), SystemEventField.Of("peer", peer)];
        if (before is { } since) fields.Add(SystemEventField.Of("not_heard_since", since));
        inbox.Add(new SystemEvent(SystemEventNames.CoverageStarted, $"Listening to {period.Endpoint} ({peer}).", [.. fields]), period.From);
    }

    /// <param name="lastHeard">When the last byte came: what was said after it may be missing.</param>
    public void End(CoveragePeriod period, DateTimeOffset lastHeard, string reason)
    {
        if (!_isStopping) Interrupt("What was said while the recorder could not hear is not known.");
        lock (_gate)
        {
            for (LinkedListNode<CoverageStatus>? node = _periods.First; node is not null; node = node.Next)
            {
                if (node.Value.Endpoint != period.Endpoint || node.Value.From != period.From) continue;
                node.Value = node.Value with { To = lastHeard, Reason = reason };
                break;
            }
        }

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
        _interruption = null;
        _earlier = !isLoaded ? null
            : "It begins with the lines of a checkpoint: whether they are all that was said in their time is not known here.";
    }

    /// <summary>
    /// From here on coverage ends because the recorder does. That a source was lost is told among the messages when it is heard
    /// again: of one that will not be, now.
    /// </summary>
    public void Stop()
    {
        _isStopping = true;
        CoverageStatus[] latest;
        lock (_gate) latest = [.. _periods.DistinctBy(period => period.Endpoint)];
        foreach (CoverageStatus period in latest)
        {
            if (period.To is not { } lastHeard) continue;
            SystemEvent e = new(
                SystemEventNames.Gap,
                $"{period.Endpoint} was not heard again before the recorder was stopped: {period.Reason}",
                SystemEventField.Of("endpoint", period.Endpoint),
                SystemEventField.Of("not_heard_since", lastHeard));
            inbox.Add(e, time.GetUtcNow());
        }
    }

    /// <summary>
    /// The recorder before this one did not end in good order, as far as is known: its coverage ended, for every source, with its
    /// last sign of life.
    /// </summary>
    /// <param name="lastSign">The last line that it wrote, or a later trial of the disk.</param>
    /// <param name="isKnown">Whether <c>session.json</c> says how it ended.</param>
    public void EndUnclean(DateTimeOffset lastSign, bool isKnown)
    {
        string reason = isKnown ? "The recorder ended without a word." : "How the recorder ended is not known: session.json was missing.";
        DateTimeOffset now = time.GetUtcNow();
        _unheard = new UnheardStatus { From = lastSign < now ? lastSign : now, To = now, Reason = reason };
        inbox.Add(EndEvent(CoverageWords.AnySource, _unheard.From, reason), now);
    }

    private static SystemEvent EndEvent(string endpoint, DateTimeOffset lastHeard, string reason) => new(
        SystemEventNames.CoverageEnded,
        $"No longer listening to {(endpoint == CoverageWords.AnySource ? "any source" : endpoint)}: {reason}",
        SystemEventField.Of("endpoint", endpoint),
        SystemEventField.Of("last_heard", lastHeard),
        SystemEventField.Of("reason", reason));
}
