using System.Globalization;
using Steno.Core.Messages;
using Steno.Terminal;

namespace Steno.Views;

/// <summary>
/// Messages as lines of a list: one each, cut to the terminal's width, whole where there is none. A line of
/// another day than today, or than the line before, has its date. Not thread-safe.
/// </summary>
/// <param name="columns">Where there is no terminal: null for whole lines.</param>
internal sealed class MessageLines(Screen screen, TimeProvider time, int? columns = null)
{
    private const int SeqColumns = 6;
    private const int SpeakerColumns = 16;
    private const int SpeakerColumnsMin = 8;

    /// <summary>For this much of the text a name gives way.</summary>
    private const int TextColumns = 20;

    /// <summary>Less would tell nothing; on so narrow a terminal lines wrap.</summary>
    private const int TextColumnsMin = 10;

    private readonly int? _columns = screen.Columns ?? columns;
    private string? _dayBefore;

    /// <summary>So many of those printed are damaged, or not proven to be what was written.</summary>
    public int InDoubt { get; private set; }

    /// <summary>What follows is of that session: numbers begin anew in each.</summary>
    public void PrintBorder(string? session) => screen.Line($"{Styled.Faint($"── session {session} ──")}");

    public void Print(JournalEntry entry)
    {
        RecordedMessage message = entry.Message;
        string seq = message.Seq is { } number ? string.Create(CultureInfo.InvariantCulture, $"#{number}") : "#–";
        string when = When(message);
        int besides = Math.Max(seq.Length, SeqColumns) + when.Length + 3;
        int speakerColumns = _columns is { } all
            ? Math.Clamp(all - besides - TextColumns, SpeakerColumnsMin, SpeakerColumns)
            : SpeakerColumns;
        // Names of our own events are few, and whole: half a name tells nothing.
        string speaker = message.Event is { } own ? $"[{own}]"
            : _columns is not null ? SafeText.Excerpt(message.Speaker, speakerColumns)
            : message.Speaker;
        int taken = SafeText.ColumnsOf(speaker);
        string mark = entry.Doubt is { } doubt && !entry.IsDamaged ? $"({doubt.Mark}) " : "";
        string text = Text(entry);
        if (_columns is { } width)
            text = SafeText.Excerpt(text, Math.Max(TextColumnsMin, width - besides - Math.Max(taken, speakerColumns) - mark.Length));

        string padding = new(' ', Math.Max(0, speakerColumns - taken));
        Styled shown = text.Length == 0 ? Styled.Faint("(empty)") : Styled.Plain(text);
        screen.Line($"{Styled.Faint(seq),SeqColumns} {Styled.Faint(when)} {Styled.Name(speaker)}{padding} {Styled.Bad(mark)}{shown}");
        if (entry.Doubt is not null || entry.IsDamaged) InDoubt++;
    }

    private string Text(JournalEntry entry)
    {
        // Zeros, garbage or half a line would only look like something that was said.
        if (entry.IsDamaged)
            return string.Create(CultureInfo.InvariantCulture, $"(damaged line at byte {entry.Offset}: {entry.Bytes} bytes)");
        string repeat = entry.Message.DuplicateOf is { } first ? string.Create(CultureInfo.InvariantCulture, $"(= #{first}) ") : "";
        if (entry.NotHeardSince is { } since) return Unheard(entry, since) + entry.Message.Text;
        string odd = entry.Message.Flags.HasFlag(MessageOddities.NotUtf8) ? "(bytes) " : "";
        return repeat + odd + entry.Message.Text;
    }

    /// <summary>A line that tells of a time begins with both its ends: a terminal may cut the rest.</summary>
    private string Unheard(JournalEntry entry, DateTimeOffset since)
    {
        string from = Local(since, isDated: true);
        if (entry.Message.ReceivedAt is { } at && Local(at, isDated: true)[..10] == from[..10]) from = from[11..];
        return entry.EndsHole ? $"not heard from {from} until now: " : $"not heard since {from}: ";
    }

    private string Local(DateTimeOffset moment, bool isDated) => TimeZoneInfo.ConvertTime(moment, time.LocalTimeZone)
        .ToString(isDated ? "yyyy-MM-dd HH:mm:ss" : "HH:mm:ss", CultureInfo.InvariantCulture);

    /// <summary>
    /// When it was received, by the clock of who looks; lines of the earlier system show what they say.
    /// </summary>
    private string When(RecordedMessage message)
    {
        (string Day, string Time)? stated = message.ReceivedAt is { } received
            ? Split(Local(received, isDated: true))
            : message.Timestamp is { Length: >= 19 } text && text[10] is 'T' or ' ' ? Split(message.Timestamp) : null;
        if (stated is not { } at) return "--:--:--";

        string today = time.GetLocalNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        bool isPlain = at.Day == today && at.Day == (_dayBefore ?? today);
        _dayBefore = at.Day;
        return isPlain ? at.Time : $"{at.Day} {at.Time}";
    }

    private static (string Day, string Time) Split(string text) => (text[..10], text[11..19]);
}
