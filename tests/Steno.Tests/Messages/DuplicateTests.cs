using System.Text;
using Steno.Core.Enrichment;
using Steno.Core.Messages;

namespace Steno.Tests.Messages;

public sealed class DuplicateTests
{
    private const string Original = """{"message_id":"m","sender_id":"a","content":{"message":"hi"}}""";
    private const string Wrapped = """{"event_type":"sent","agent":"a","message":{"message_id":"m","sender_id":"a","content":{"message":"hi"}}}""";

    private readonly LineComposer _composer = new(RuleSet.BuiltIn, new MessageLimits { DuplicateWindow = 4 });

    [Fact]
    public void What_came_twice_is_recorded_twice_and_the_later_line_names_the_earlier()
    {
        Assert.Null(Compose(Original, 5).DuplicateOf);
        Assert.Equal(5, Compose(Wrapped, 6).DuplicateOf);
        Assert.Equal(5, Compose(Original, 7).DuplicateOf);
    }

    [Fact]
    public void Another_text_or_another_id_or_none_is_no_repeat()
    {
        Compose(Original, 1);

        Assert.Null(Compose(Original.Replace("hi", "ho", StringComparison.Ordinal), 2).DuplicateOf);
        Assert.Null(Compose(Original.Replace("\"m\"", "\"n\"", StringComparison.Ordinal), 3).DuplicateOf);
        Assert.Null(Compose("hi", 4).DuplicateOf);
        Assert.Null(Compose("hi", 5).DuplicateOf);
    }

    [Fact]
    public void The_window_is_bounded_and_forgets_the_oldest()
    {
        Compose(Original, 1);
        for (int i = 2; i <= 4; i++) Compose(Numbered(i), i);
        Assert.Equal(1, Compose(Original, 5).DuplicateOf);

        Compose(Numbered(6), 6);
        Assert.Null(Compose(Original, 7).DuplicateOf);
        Assert.Equal(6, Compose(Numbered(6), 8).DuplicateOf);
    }

    [Fact]
    public void The_window_agrees_with_a_plain_queue_over_a_long_time()
    {
        var window = new DuplicateWindow(16);
        var plain = new Queue<(byte Id, long Seq)>();
        var random = new Random(4711);
        for (long seq = 1; seq < 20_000; seq++)
        {
            byte id = (byte)random.Next(40);
            long expected = plain.FirstOrDefault(entry => entry.Id == id).Seq;
            Assert.Equal(expected, window.FindOrAdd([id], 0, seq));
            if (expected != 0) continue;
            plain.Enqueue((id, seq));
            if (plain.Count > 16) plain.Dequeue();
        }
    }

    [Fact]
    public void When_sequences_begin_anew_nothing_is_remembered()
    {
        Compose(Original, 1);
        _composer.ForgetDuplicates();

        Assert.Null(Compose(Original, 1).DuplicateOf);
    }

    private static string Numbered(int i) => Original.Replace("\"m\"", $"\"m{i}\"", StringComparison.Ordinal);

    private RecordedMessage Compose(string payload, long seq)
    {
        RecordedMessage message = Composed.Read(Composed.Line(_composer, [Encoding.UTF8.GetBytes(payload)], seq));
        Assert.Equal(_composer.DuplicateOf, message.DuplicateOf);
        return message;
    }
}
