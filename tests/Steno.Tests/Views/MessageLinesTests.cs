using System.Text;
using Microsoft.Extensions.Time.Testing;
using Steno.Core.Messages;
using Steno.Terminal;
using Steno.Views;

namespace Steno.Tests.Views;

public sealed class MessageLinesTests : IDisposable
{
    private readonly StringWriter _written = new() { NewLine = "\n" };

    // On the day of the lines of JournalLines; the clock's zone is UTC.
    private readonly FakeTimeProvider _time = new(new DateTimeOffset(2025, 11, 30, 16, 0, 0, TimeSpan.Zero));

    public void Dispose() => _written.Dispose();

    [Fact]
    public void A_line_of_today_has_a_time_and_one_of_another_day_its_date()
    {
        Assert.Equal("    #1 15:00:00 x                one\n", Print(JournalLines.Said(1, "a", "x", "one")));

        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal("    #1 2025-11-30 15:00:00 x                one\n", Print(JournalLines.Said(1, "a", "x", "one")));
        Assert.Equal("    #– 2025-11-29 10:00:00 old              gone\n", Print(JournalLines.Earlier("e", "gone")));
    }

    [Fact]
    public void A_message_without_text_is_shown_as_empty() =>
        Assert.Equal("    #1 15:00:00 x                (empty)\n", Print(JournalLines.Said(1, "a", "x", "")));

    [Fact]
    public void A_repeat_names_the_line_that_it_repeats() => Assert.Contains(
        " (= #12) two", Print(JournalLines.Said(14, "b", "x", "two", """{"duplicate_of":12}""")), StringComparison.Ordinal);

    [Fact]
    public void A_damaged_line_is_named_by_its_place_and_none_of_it_is_shown()
    {
        string screen = Print("\0\0\0\0{\"Id\":\"half", offset: 4711);

        Assert.Contains("(damaged line at byte 4711: 15 bytes)", screen, StringComparison.Ordinal);
        Assert.DoesNotContain("half", screen, StringComparison.Ordinal);
        Assert.DoesNotContain("x00", screen, StringComparison.Ordinal);
    }

    [Fact]
    public void A_time_in_which_nothing_was_heard_has_both_its_ends()
    {
        Assert.Contains("15:00:00 [coverage_ended] not heard from 14:59:57 until now: gone", Print(JournalLines.NotHeard(1, "*", "killed")), StringComparison.Ordinal);
        Assert.Contains("15:00:00 [coverage_ended] not heard since 14:59:57: gone", Print(JournalLines.NotHeard(1, "tcp://127.0.0.1:5555", "lost")), StringComparison.Ordinal);
        Assert.Contains("15:00:00 [coverage_started] not heard from 2025-11-29 14:59:57 until now: back", Print(JournalLines.HeardAgain(1)), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("session_started")]
    [InlineData("coverage_started")]
    [InlineData("agent_disconnected")]
    [InlineData("checkpoint_loaded")]
    public void Names_of_our_own_events_are_whole(string name) =>
        Assert.Contains($"[{name}] ", Print(JournalLines.Own(1, name), columns: 80), StringComparison.Ordinal);

    [Theory]
    [InlineData("claude_code_reviewer_with_a_long_name")]
    [InlineData("日本語の名前をもつとても長いエージェント")]
    [InlineData("\u202eevil\u202e\u202e\u202e\u202e\u202e")]
    [InlineData("z\u0300\u0301\u0302\u0303\u0304\u0305\u0306")]
    public void No_name_breaks_the_columns_of_a_terminal(string speaker)
    {
        string screen = Print(JournalLines.Said(1, "a", speaker, new string('y', 300)), columns: 80).TrimEnd('\n');

        int column = 0;
        foreach (Rune rune in screen.AsSpan(0, screen.IndexOf("yyy", StringComparison.Ordinal)).EnumerateRunes())
            column += RuneColumns.Of(rune);
        Assert.Equal(33, column);
        Assert.Equal(80, SafeText.ColumnsOf(screen));
    }

    [Theory]
    [InlineData(50)]
    [InlineData(60)]
    [InlineData(41)]
    public void On_a_narrow_terminal_a_long_name_gives_way_and_nothing_wraps(int columns)
    {
        string said = JournalLines.Said(1, "a", "claude_code_reviewer_with_a_long_name", new string('y', 300));

        Assert.Equal(columns, SafeText.ColumnsOf(Print(said, columns).TrimEnd('\n')));
        _written.GetStringBuilder().Clear();
        _time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(Math.Max(columns, 46), SafeText.ColumnsOf(Print(said, columns).TrimEnd('\n')));
    }

    [Fact]
    public void In_a_pipe_names_and_texts_are_whole()
    {
        string speaker = new('s', 200);

        Assert.Contains($"{speaker} one", Print(JournalLines.Said(1, "a", speaker, "one")), StringComparison.Ordinal);
    }

    [Fact]
    public void One_message_whole_says_that_the_sender_named_no_time_and_which_session_it_is_of()
    {
        string line = JournalLines.Said(1, "a", "x", "one");
        Assert.Contains("  said       2025-11-30T10:00:00.123\n", Show(line), StringComparison.Ordinal);
        Assert.Contains("  session    s-1\n", Show(line), StringComparison.Ordinal);

        string without = line.Replace(
            "\"Timestamp\":\"2025-11-30T10:00:00.123\"", "\"Timestamp\":\"2025-11-30T15:00:00.123456Z\"", StringComparison.Ordinal);
        Assert.Contains("  said       (the sender named no time)\n", Show(without), StringComparison.Ordinal);
        Assert.Contains("  received   2025-11-30T15:00:00.123456Z\n", Show(without), StringComparison.Ordinal);
        _time.SetLocalTimeZone(TimeZoneInfo.CreateCustomTimeZone("east", TimeSpan.FromHours(2), null, null));
        Assert.Contains(
            "  received   2025-11-30T15:00:00.123456Z (2025-11-30 17:00:00 here)\n", Show(without), StringComparison.Ordinal);
    }

    [Fact]
    public void One_message_whole_keeps_name_and_topic_to_a_line_each()
    {
        string line = JournalLines.Said(1, new string('i', 900), new string('s', 900), "one")
            .Replace("\"topic\":\"t\"", $"\"topic\":\"{new string('t', 900)}\"", StringComparison.Ordinal);

        Assert.All(Show(line, columns: 80).Split('\n'), shown => Assert.True(shown.Length <= 80 + " (Agent)".Length, shown));
        Assert.Equal(900, MessageAnswer.From(Entry(line)).Speaker.Length);
        Assert.Equal(900, MessageAnswer.From(Entry(line)).Topic!.Length);
    }

    [Fact]
    public void A_damaged_line_in_JSON_has_its_place_and_no_text()
    {
        MessageAnswer answer = MessageAnswer.From(Entry("\0\0\0", offset: 99));

        Assert.Equal(new DamagedPlace(99, 3), answer.Damaged);
        Assert.Equal("", answer.Text);
        Assert.Null(MessageAnswer.From(Entry(JournalLines.Said(1, "a", "x", "one"))).Damaged);
    }

    private string Print(string line, int? columns = null, long offset = 0)
    {
        _written.GetStringBuilder().Clear();
        new MessageLines(new Screen(_written, hasColours: false, columns), _time).Print(Entry(line, offset));
        return _written.ToString();
    }

    private string Show(string line, int? columns = null)
    {
        _written.GetStringBuilder().Clear();
        MessageScreen.Print(Entry(line), "s-1", new Screen(_written, hasColours: false, columns), _time);
        return _written.ToString();
    }

    private static JournalEntry Entry(string line, long offset = 0)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(line.TrimEnd('\n'));
        _ = RecordedMessage.TryParse(bytes, out RecordedMessage message);
        return new JournalEntry(message, offset, bytes.Length);
    }
}
