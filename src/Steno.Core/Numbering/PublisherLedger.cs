using System.IO.Hashing;
using System.Text;
using Steno.Core.Messages;

namespace Steno.Core.Numbering;

/// <summary>
/// Keeps book of the numbers that publishers give their messages: what is missing, late, doubled. One thread,
/// the one that records, notes and tells; any thread asks. Of a message without a number it costs a
/// comparison, of one with a number no allocation.
/// </summary>
public sealed class PublisherLedger
{
    /// <summary>
    /// Runs that are tracked at a time. Beyond it the one that was silent longest is forgotten: if it had
    /// ended, and nothing of it was missing, nothing is lost by that; else nothing is called complete any
    /// more. A thousand agents at once, or as many restarts of agents that say no last word.
    /// </summary>
    public const int RunsMax = 1000;

    /// <summary>
    /// Numbers may overtake each other where a publisher has two ways to the recorder. Longer than that
    /// takes; with the idle nap of the scribe, short enough that a gap is told within five seconds.
    /// </summary>
    public static readonly TimeSpan Grace = TimeSpan.FromSeconds(2);

    /// <summary>A line stays readable, and a lossy link does not write a line for each message.</summary>
    private const int RangesPerLine = 64;

    private const int NameBytesMax = 256;

    private const long Never = long.MaxValue;

    private readonly TimeProvider _time;
    private readonly long _graceTicks;
    private readonly Lock _gate = new();
    private readonly Dictionary<Guid, PublisherRun> _runs = [];
    private PublisherRun? _latest;
    private long _order;
    private long _lastSeq;
    private long _wholeSince;
    private int _open;
    private NumberNotice? _telling;
    private bool _isGraceOver;
    private string? _unnumbered;
    private long _truncated;
    private long _unproven;
    private long _missingForgotten;
    private bool _beginsUnknown;
    private long _dueAt = Never;

    public PublisherLedger(TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(time);
        _time = time;
        _graceTicks = (long)(Grace.TotalSeconds * time.TimestampFrequency);
    }

    /// <summary>Something has waited long enough, and is to be told now.</summary>
    public bool IsDue => _dueAt != Never && (_dueAt == 0 || _time.GetTimestamp() >= _dueAt);

    /// <summary>More would have to be remembered than there is room for: it is to be told before.</summary>
    public bool IsFull => _dueAt == 0;

    /// <summary>Takes a message that stands in the journal.</summary>
    /// <param name="seq">Its line.</param>
    public void Note(in PublisherNumber number, ReadOnlySpan<byte> speaker, long seq, MessageTraits traits)
    {
        bool isTruncated = (traits & MessageTraits.Truncated) != 0;
        if (!isTruncated && !number.Exists && _unnumbered is not null) return;
        lock (_gate)
        {
            _lastSeq = seq;
            if (isTruncated) _truncated++;
            if (number.Exists) Take(in number, speaker, seq, isRepeat: (traits & MessageTraits.Repeat) != 0);
            bool isHeartbeat = number.Exists && (traits & MessageTraits.Silent) != 0;
            // What it says in a message without a number of its own could be lost, and nobody would know.
            if (number.Seq == 0 && !isHeartbeat) _unnumbered ??= NameOf(speaker);
        }
    }

    /// <summary>What the earlier system wrote has no numbers.</summary>
    public void NoteEarlierLines() => _unnumbered ??= "the earlier system";

    /// <summary>Nothing more will come: what waits to be told is told now.</summary>
    public void EndGrace()
    {
        lock (_gate) _isGraceOver = true;
    }

    /// <summary>
    /// The next thing that the journal has to tell. <see cref="Told"/> follows, before anything else.
    /// </summary>
    public NumberNotice? TakeNotice()
    {
        lock (_gate)
        {
            long waitedSince = _isGraceOver ? Never - 1 : _time.GetTimestamp() - _graceTicks;
            foreach (PublisherRun run in _runs.Values)
            {
                bool hadHoles = IsOpen(run);
                NumberNotice? notice = run.TakeNotice(waitedSince, RangesPerLine);
                if (run.IsLeaving && run.WaitsSince is null) Remove(run, hadHoles);
                if (notice is null) continue;
                _telling = notice;
                return notice;
            }

            Reschedule();
            return null;
        }
    }

    /// <summary>The notice taken last stands in the journal.</summary>
    public void Told(long seq)
    {
        lock (_gate)
        {
            _lastSeq = seq;
            if (_telling is { } told && _runs.TryGetValue(told.Run, out PublisherRun? run)) run.Told(seq, told);
            _telling = null;
        }
    }

    /// <summary>
    /// A new session: lines behind the last one of the session that ended move there, behind its first, and numbers that
    /// were told as missing before are named as the ended one's from here on. If it ended in good order, its own verdict
    /// tells of them, of messages recorded by their beginning, of publishers without numbers, of runs without a last word and of numbers that came twice:
    /// they do not speak against the new one.
    /// </summary>
    public void Renumber(EndedSession ended)
    {
        lock (_gate)
        {
            _lastSeq = Moved(_lastSeq, ended.LastSeq);
            _wholeSince = Moved(_wholeSince, ended.LastSeq);
            foreach (PublisherRun run in _runs.Values)
            {
                bool wasOpen = IsOpen(run);
                run.BeginSession(ended);
                Weigh(run, wasOpen, _lastSeq);
            }

            if (ended.IsOrderly) (_truncated, _unnumbered) = (0, null); // nothing moves then: all of them are in its journal
        }
    }

    public NumberingFacts Facts()
    {
        lock (_gate)
        {
            return new NumberingFacts
            {
                Publishers = [.. _runs.Values.OrderByDescending(run => run.Heard).Select(FactsOf)],
                Unnumbered = _unnumbered,
                Truncated = _truncated,
                Unproven = _unproven,
                MissingForgotten = _missingForgotten,
                WholeSince = _wholeSince,
            };
        }
    }

    /// <summary>
    /// What is known after the line that it names. Null while a line is being written. Any thread.
    /// </summary>
    /// <param name="offset">See <see cref="SavedNumbering.Offset"/>.</param>
    public SavedNumbering? Save(long offset)
    {
        lock (_gate)
        {
            if (_telling is not null) return null;
            return new SavedNumbering
            {
                Seq = _lastSeq,
                Offset = offset,
                Publishers = [.. _runs.Values.OrderBy(run => run.Heard).Select(run => run.Save())],
                Unnumbered = _unnumbered,
                Truncated = _truncated,
                Unproven = _unproven,
                BeginsUnknown = _beginsUnknown,
                MissingForgotten = _missingForgotten,
            };
        }
    }

    /// <summary>Begins with what was known. On a ledger that has noted nothing.</summary>
    internal void Load(SavedNumbering saved)
    {
        _lastSeq = saved.Seq;
        (_unnumbered, _truncated) = (saved.Unnumbered, saved.Truncated);
        (_unproven, _beginsUnknown) = (saved.Unproven, saved.BeginsUnknown);
        _missingForgotten = saved.MissingForgotten;
        foreach (SavedRun one in saved.Publishers)
        {
            PublisherRun run = new(one.Run, one.Name, KeyOf(one.Name)) { Heard = ++_order };
            run.Load(one);
            _runs.Add(one.Run, run);
            if (IsOpen(run)) _open++;
        }
    }

    /// <summary>What follows is read from the journal of the next session.</summary>
    internal void BeginJournal(EndedSession ended)
    {
        Renumber(ended);
        (_lastSeq, _wholeSince) = (0, 0);
    }

    /// <summary>Some of the journal cannot be read: runs may have begun there.</summary>
    internal void LoseBeginnings() => _beginsUnknown = true;

    /// <summary>A line of the journal: of lines that stand there twice, the first counts.</summary>
    internal void Replay(in NumberedLine line)
    {
        if (line.Seq <= _lastSeq) return;
        if (line.Told is { } told)
        {
            _lastSeq = line.Seq;
            if (!_runs.TryGetValue(told.Run, out PublisherRun? run)) return;
            if (!NumberRanges.TryParse(told.Numbers, out NumberRanges numbers)) return;
            bool wasOpen = IsOpen(run);
            run.Replay(told.Kind, numbers);
            Weigh(run, wasOpen, line.Seq);
        }
        else if (!line.IsSystem)
        {
            Note(line.Number, line.Speaker, line.Seq, line.Traits);
        }
    }

    /// <summary>All that there was to read is read.</summary>
    internal void Resume()
    {
        long now = _time.GetTimestamp();
        foreach (PublisherRun run in _runs.Values) run.Rebase(now);
        Reschedule();
    }

    private void Take(in PublisherNumber number, ReadOnlySpan<byte> speaker, long seq, bool isRepeat)
    {
        PublisherRun? run = _latest;
        if (run is null || run.Id != number.Run)
        {
            if (!_runs.TryGetValue(number.Run, out run)) run = Begin(in number, speaker, seq);
            _latest = run;
        }

        bool wasOpen = IsOpen(run);
        run.Heard = ++_order;
        run.IsLeaving = false;
        run.Take(in number, isRepeat, _time.GetTimestamp());
        Weigh(run, wasOpen, seq);
        if (run.IsFull) _dueAt = 0;
        else if (run.WaitsSince is { } since) _dueAt = Math.Min(_dueAt, since + _graceTicks);
    }

    private PublisherRun Begin(in PublisherNumber number, ReadOnlySpan<byte> speaker, long seq)
    {
        string name = NameOf(speaker);
        PublisherRun begun = new(number.Run, name, KeyOf(name));
        long first = number.Seq > 0 ? number.Seq : number.Last + 1;
        if (_beginsUnknown && first > 1)
        {
            begun.BeginAt(first);
            _unproven++;
        }

        foreach (PublisherRun earlier in _runs.Values)
        {
            if (earlier.NameKey != begun.NameKey) continue;
            bool wasOpen = IsOpen(earlier);
            earlier.IsSuperseded = true;
            Weigh(earlier, wasOpen, seq);
        }

        if (_runs.Count >= RunsMax) ForgetOne();
        _runs.Add(begun.Id, begun);
        return begun;
    }

    /// <summary>What it has to tell is told first.</summary>
    private void ForgetOne()
    {
        PublisherRun oldest = _runs.Values.Where(run => !run.IsLeaving).MinBy(run => run.Heard)!;
        if (oldest.WaitsSince is null)
        {
            Remove(oldest, IsOpen(oldest));
            return;
        }

        oldest.IsLeaving = true;
        _dueAt = 0;
    }

    private void Remove(PublisherRun run, bool wasOpen)
    {
        _runs.Remove(run.Id);
        if (_latest == run) _latest = null;
        if (wasOpen) _open--;
        _beginsUnknown = true; // should it be heard again
        if ((!run.IsEnded && !run.IsLeftBehind) || run.HasHoles || run.Doubles > 0) _unproven++;
        _missingForgotten = NumberRanges.Saturated(_missingForgotten, run.OwnMissing);
    }

    /// <summary>Notes the line since which nothing is open.</summary>
    private void Weigh(PublisherRun run, bool wasOpen, long seq)
    {
        bool isOpen = IsOpen(run);
        if (wasOpen == isOpen) return;
        _open += isOpen ? 1 : -1;
        if (_open == 0) _wholeSince = seq;
    }

    private static bool IsOpen(PublisherRun run) => run.HasOwnHoles || run.IsOpenEnded;

    private void Reschedule()
    {
        _dueAt = Never;
        foreach (PublisherRun run in _runs.Values)
        {
            if (run.WaitsSince is { } since) _dueAt = Math.Min(_dueAt, since + _graceTicks);
        }
    }

    private static long Moved(long seq, long sealedSeq) => seq > sealedSeq ? seq - sealedSeq + 1 : 0;

    private static string NameOf(ReadOnlySpan<byte> speaker)
    {
        ReadOnlySpan<byte> beginning = speaker[..Math.Min(speaker.Length, NameBytesMax)];
        return Encoding.UTF8.GetString(beginning[..LooseText.WholeCharacters(beginning)]);
    }

    private static ulong KeyOf(string name) => XxHash3.HashToUInt64(Encoding.UTF8.GetBytes(name));

    private static PublisherFacts FactsOf(PublisherRun run) => new()
    {
        Name = run.Name,
        Run = run.Id,
        Last = run.Last,
        IsEnded = run.IsEnded,
        IsSuperseded = run.IsSuperseded,
        IsLeftBehind = run.IsLeftBehind,
        Missing = run.MissingCount,
        MissingRanges = [.. run.Missing],
        Earlier = [.. run.Earlier.Select(gap => new EarlierGapFacts(gap.Session, gap.IsJudged, [.. gap.Numbers]))],
        Awaited = run.Awaited.Numbers,
        Doubles = run.Doubles,
    };
}
