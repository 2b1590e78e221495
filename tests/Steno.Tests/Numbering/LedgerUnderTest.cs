using System.Text;
using Microsoft.Extensions.Time.Testing;
using Steno.Core;
using Steno.Core.Enrichment;
using Steno.Core.Messages;
using Steno.Core.Numbering;
using Steno.Tests.Messages;

namespace Steno.Tests.Numbering;

/// <summary>
/// A ledger with a journal in memory, used as the recorder uses it: each message gets a line, then is noted;
/// what is due is told in a line of its own.
/// </summary>
internal sealed class LedgerUnderTest
{
    private readonly LineComposer _composer = new(RuleSet.BuiltIn);

    public LedgerUnderTest(FakeTimeProvider? time = null)
    {
        Time = time ?? new FakeTimeProvider();
        Ledger = new PublisherLedger(Time);
    }

    public FakeTimeProvider Time { get; }

    public PublisherLedger Ledger { get; private set; }

    /// <summary>Whole lines, without newlines.</summary>
    public List<byte[]> Journal { get; } = [];

    /// <summary>What the journal tells, as "kind numbers".</summary>
    public IEnumerable<string> Told => Journal.Select(Composed.Read).Where(line => line.Event == "gap")
        .Select(line => Composed.Json(Encoding.UTF8.GetBytes(line.MetadataJson)))
        .Select(m => $"{m.GetProperty("kind").GetString()!["numbers_".Length..]} {m.GetProperty("numbers").GetString()}");

    /// <summary>Records a message and tells what had to be told at once.</summary>
    public void Say(string name, Guid run, long seq, long? last = null, bool isEnd = false, string? id = null, string? text = null)
    {
        string numbers = (seq > 0 ? $",\"publisher_seq\":{seq}" : "") + (last is { } l ? $",\"publisher_last\":{l}" : "")
            + (isEnd ? ",\"publisher_end\":true" : "");
        text ??= seq > 0 ? name : ""; // a heartbeat says nothing
        string named = id is null ? "" : $"\"message_id\":\"{id}\",";
        Record($$$"""{{{{named}}}"sender_id":"{{{name}}}","content":{"message":"{{{text}}}"},"metadata":{"publisher_run":"{{{run}}}"{{{numbers}}}}}""");
    }

    public void Record(string payload, Truncation? truncation = null)
    {
        long seq = Journal.Count + 1;
        Journal.Add(Composed.Line(_composer, [Encoding.UTF8.GetBytes(payload)], seq, MessageSource.Broker, truncation));
        PublisherNumber number = _composer.Number;
        MessageTraits traits = (_composer.DuplicateOf is null ? 0 : MessageTraits.Repeat)
            | (_composer.IsSilent ? MessageTraits.Silent : 0) | (truncation is null ? 0 : MessageTraits.Truncated);
        Ledger.Note(in number, _composer.Speaker, seq, traits);
        if (Ledger.IsFull) Tell();
    }

    /// <summary>Lets time pass, and tells what is due then.</summary>
    public void Pass(TimeSpan time)
    {
        Time.Advance(time);
        if (Ledger.IsDue) Tell();
    }

    public void PassGrace() => Pass(PublisherLedger.Grace);

    public void Tell()
    {
        while (Ledger.TakeNotice() is { } notice)
        {
            LineBuffer line = new(256);
            _composer.ComposeEvent(notice.ToEvent(), Journal.Count + 1, Composed.At, line);
            Journal.Add(Composed.Complete(line.Written, new byte[32]));
            Ledger.Told(Journal.Count);
        }
    }

    /// <summary>The recorder is killed: of the journal this many lines are left, and another begins.</summary>
    /// <param name="saved">What <c>session.json</c> had kept; null: nothing.</param>
    public void Restart(SavedNumbering? saved, int lines)
    {
        Journal.RemoveRange(lines, Journal.Count - lines);
        _composer.ForgetDuplicates();
        Ledger = Replayed(saved);
    }

    /// <summary>What a start makes of the journal.</summary>
    public PublisherLedger Replayed(SavedNumbering? saved)
    {
        PublisherLedger ledger = new(Time);
        if (saved is not null) ledger.Load(saved);
        foreach (byte[] bytes in Journal)
        {
            Assert.True(NumberedLine.TryRead(bytes, out NumberedLine line));
            ledger.Replay(line);
        }

        ledger.Resume();
        return ledger;
    }
}
