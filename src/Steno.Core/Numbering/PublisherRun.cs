using Steno.Core.Messages;

namespace Steno.Core.Numbering;

/// <summary>
/// One run of a publisher: which of its numbers have arrived. Not thread-safe; it belongs to a
/// <see cref="PublisherLedger"/>.
/// </summary>
internal sealed class PublisherRun(Guid id, string name, ulong nameKey)
{
    /// <summary>
    /// Ranges kept apart. Telling them at once is all that more would do, and only after more than this many
    /// holes within the grace of two seconds.
    /// </summary>
    public const int RangesMax = 128;

    private readonly AwaitedNumbers _awaited = new();
    private readonly NumberRanges _missing = new();
    private readonly NumberRanges _late = new();
    private readonly NumberRanges _doubled = new();
    private readonly EarlierGaps _earlier = new();

    public Guid Id { get; } = id;

    /// <summary>Who spoke first in it.</summary>
    public string Name { get; } = name;

    public ulong NameKey { get; } = nameKey;

    /// <summary>The highest number that was heard or announced.</summary>
    public long Last { get; private set; }

    /// <summary>Nothing at or below it is told apart any more.</summary>
    public long Floor { get; private set; }

    /// <summary>Missing numbers at or below <see cref="Floor"/>.</summary>
    public long MissingBelow { get; private set; }

    /// <summary>The publisher said that <see cref="Last"/> is its last number.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>
    /// The same name has begun another run since: without a last word nobody knows where this one ended.
    /// </summary>
    public bool IsSuperseded { get; set; }

    /// <summary>
    /// It was superseded in a session that ended in good order, and not heard since: where it ended is that session's question, whose verdict says so.
    /// </summary>
    public bool IsLeftBehind { get; private set; }

    /// <summary>Its end is not known, and the current session's verdict has to say so.</summary>
    public bool IsOpenEnded => IsSuperseded && !IsEnded && !IsLeftBehind;

    /// <summary>Times that a number came again with another message, in this session and those before that were not judged.</summary>
    public long Doubles { get; private set; }

    /// <summary>When it was heard last, in the ledger's own order.</summary>
    public long Heard { get; set; }

    /// <summary>It is forgotten as soon as everything is told.</summary>
    public bool IsLeaving { get; set; }

    /// <summary>When the first of what waits to be told has waited since; null if nothing does.</summary>
    public long? WaitsSince { get; private set; }

    public bool IsFull => _awaited.Count > RangesMax || _late.Count > RangesMax || _doubled.Count > RangesMax;

    /// <summary>Numbers are not here that no verdict of another session answers for.</summary>
    public bool HasOwnHoles => _awaited.Count > 0 || OwnMissing > 0;

    /// <summary>Missing numbers that no verdict of another session answers for.</summary>
    public long OwnMissing => IsMissing ? MissingCount - _earlier.Judged : 0;

    /// <summary>Of <see cref="Missing"/>, those that were told in sessions before.</summary>
    public IReadOnlyList<EarlierGap> Earlier => _earlier.All;

    /// <summary>Numbers were given and are not here.</summary>
    public bool HasHoles => _awaited.Count > 0 || IsMissing;

    /// <summary>Numbers are missing, and that has been told.</summary>
    public bool IsMissing => !_missing.IsEmpty || MissingBelow > 0;

    public NumberRanges Missing => _missing;

    public long MissingCount => NumberRanges.Saturated(_missing.Numbers, MissingBelow);

    public NumberRanges Awaited => _awaited.ToRanges();

    /// <summary>Takes what a message says.</summary>
    /// <param name="isRepeat">The message is one that was recorded before, as its id and text show.</param>
    /// <param name="now">A timestamp of the ledger's clock.</param>
    public void Take(in PublisherNumber number, bool isRepeat, long now)
    {
        IsLeftBehind = false;
        if (number.Seq > 0) Arrive(number.Seq, isRepeat, now);
        if (number.Last > Last) Open(number.Last, now);
        if (number.IsEnd) IsEnded = number.Last == Last;
    }

    /// <summary>
    /// Before this number nothing is known: what was forgotten is not called missing.
    /// </summary>
    public void BeginAt(long number) => Floor = Last = number - 1;

    /// <summary>The next thing to tell that has waited since then or longer; null if there is none.</summary>
    public NumberNotice? TakeNotice(long waitedSince, int rangesMax)
    {
        bool isDue = WaitsSince <= waitedSince || IsFull || IsLeaving;
        NumberNotice? notice = null;
        long ripe = IsFull || IsLeaving ? long.MaxValue : waitedSince;
        if (isDue && _awaited.Take(ripe, rangesMax) is { IsEmpty: false } missing)
        {
            Lose(missing);
            notice = Notice(NumberNotice.Missing, missing);
        }
        else if (isDue && !_late.IsEmpty)
        {
            notice = Notice(NumberNotice.Late, _late.TakeFirst(rangesMax));
        }
        else if (isDue && !_doubled.IsEmpty)
        {
            notice = Notice(NumberNotice.Doubled, _doubled.TakeFirst(rangesMax));
        }

        if (notice is not null || isDue) WaitAgain(waitedSince);
        return notice;
    }

    /// <summary>A notice taken from it stands in the journal.</summary>
    public void Told(long seq, NumberNotice notice)
    {
        if (notice.Kind == NumberNotice.Missing) _earlier.NoteTold(seq, Parse(notice.Numbers));
    }

    /// <summary>What is missing so far was told in the one that ended, or before.</summary>
    public void BeginSession(EndedSession ended)
    {
        _earlier.BeginSession(ended, _missing);
        if (!ended.IsOrderly) return;
        IsLeftBehind = IsSuperseded && !IsEnded;
        Doubles = 0;
    }

    /// <summary>The journal told this already.</summary>
    public void Replay(string kind, NumberRanges numbers)
    {
        switch (kind)
        {
            case NumberNotice.Missing:
                foreach (NumberRange range in numbers) _awaited.Remove(range);
                Lose(numbers);
                break;
            case NumberNotice.Late:
                _late.RemoveAll(numbers);
                break;
            case NumberNotice.Doubled:
                _doubled.RemoveAll(numbers);
                break;
        }
    }

    /// <summary>All that waits begins to wait now.</summary>
    public void Rebase(long now)
    {
        _awaited.Rebase(now);
        WaitsSince = _awaited.Count > 0 || !_late.IsEmpty || !_doubled.IsEmpty ? now : null;
    }

    public SavedRun Save() => new()
    {
        Run = Id,
        Name = Name,
        Last = Last,
        Floor = Floor,
        IsEnded = IsEnded,
        IsSuperseded = IsSuperseded,
        IsLeftBehind = IsLeftBehind,
        Doubles = Doubles,
        MissingBelow = MissingBelow,
        Missing = Text(_missing),
        Awaited = Text(Awaited),
        Late = Text(_late),
        Doubled = Text(_doubled),
        Earlier = _earlier.Save(),
    };

    public void Load(SavedRun saved)
    {
        (Last, Floor, IsEnded, IsSuperseded) = (saved.Last, saved.Floor, saved.IsEnded, saved.IsSuperseded);
        (IsLeftBehind, Doubles, MissingBelow) = (saved.IsLeftBehind, saved.Doubles, saved.MissingBelow);
        _missing.AddAll(Parse(saved.Missing));
        foreach (NumberRange range in Parse(saved.Awaited)) _awaited.Add(range, since: 0);
        _late.AddAll(Parse(saved.Late));
        _doubled.AddAll(Parse(saved.Doubled));
        _earlier.Load(saved.Earlier, Parse);
    }

    private void Arrive(long number, bool isRepeat, long now)
    {
        if (number > Last)
        {
            Open(number - 1, now);
            Last = number;
            IsEnded = false;
        }
        else if (number <= Floor || _awaited.Remove(new NumberRange(number, number)))
        {
            // In time, or from where numbers are not told apart any more.
        }
        else if (_missing.Remove(number))
        {
            _earlier.Remove(new NumberRange(number, number));
            _late.Add(new NumberRange(number, number));
            WaitsSince ??= now;
        }
        else if (!isRepeat)
        {
            Doubles++;
            _doubled.Add(new NumberRange(number, number));
            WaitsSince ??= now;
        }
    }

    /// <summary>Everything up to this number was given.</summary>
    private void Open(long last, long now)
    {
        if (last <= Last) return;
        _awaited.Add(new NumberRange(Last + 1, last), now);
        WaitsSince ??= now;
        Last = last;
        IsEnded = false;
    }

    private void Lose(NumberRanges numbers)
    {
        _missing.AddAll(numbers);
        while (_missing.Count > RangesMax)
        {
            NumberRange oldest = _missing.TakeFirst(1).First();
            MissingBelow = NumberRanges.Saturated(MissingBelow, oldest.Count);
            Floor = oldest.To;
            _earlier.Remove(oldest);
        }
    }

    /// <summary>Something was told; the rest waits on, since when it came.</summary>
    private void WaitAgain(long waitedSince)
    {
        long? holes = _awaited.OldestSince;
        long? others = _late.IsEmpty && _doubled.IsEmpty ? null : waitedSince;
        WaitsSince = holes is null || others < holes ? others ?? holes : holes;
    }

    private NumberNotice Notice(string kind, NumberRanges numbers) =>
        new(kind, Name, Id, numbers.Format(), numbers.Numbers);

    /// <summary>What it reads has been proven by the hash of <c>session.json</c>.</summary>
    private static NumberRanges Parse(string? numbers) =>
        NumberRanges.TryParse(numbers, out NumberRanges ranges)
            ? ranges
            : throw new InvalidOperationException($"\"{numbers}\" are no numbers.");

    private static string? Text(NumberRanges numbers) => numbers.IsEmpty ? null : numbers.Format();
}
