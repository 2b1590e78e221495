using Steno.Core.Messages;
using Steno.Views;

namespace Steno.Tests.Views;

public sealed class JournalViewTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_last_messages_are_those_of_agents_said_once()
    {
        string path = Journal(
            JournalLines.Said(1, "a", "x", "one"),
            JournalLines.Said(2, "b", "x", "two"),
            JournalLines.Own(3, "agent_seen"),
            JournalLines.Said(4, "b", "x", "two", """{"duplicate_of":2}"""),
            JournalLines.Own(5, "coverage_started"));

        Assert.Equal(["a", "b"], Ids(JournalExcerpt.Last(path, 2, everything: false).Messages));
        Assert.Equal(["b", "own-5"], Ids(JournalExcerpt.Last(path, 2, everything: true).Messages));
        Assert.Empty(JournalExcerpt.Last(path, 0, everything: true).Messages);
        Assert.Equal(5, JournalExcerpt.Last(path, 100, everything: true).Messages.Count);
    }

    [Fact]
    public void A_line_that_is_still_being_written_is_not_shown_and_read_on_from_its_beginning()
    {
        string whole = JournalLines.Said(1, "a", "x", "one");
        string path = Journal(whole, "{\"Id\":\"half");

        (IReadOnlyList<RecordedMessage> messages, long next) = JournalExcerpt.Last(path, 10, everything: true);

        Assert.Equal(["a"], Ids(messages));
        Assert.Equal(whole.Length, next);
    }

    [Fact]
    public void A_message_is_found_by_sequence_and_by_id_with_the_lines_around_it()
    {
        string path = Journal(
            JournalLines.Earlier("old-1", "earlier"),
            "broken line\n",
            JournalLines.Said(3, "m-3", "x", "three"),
            JournalLines.Said(4, "m-\\u0034", "x", "four"),
            JournalLines.Said(5, "m-5", "x", "m-3 was right"));

        MessageSearch bySeq = MessageSearch.BySeq(path, 3, context: 1)!;
        Assert.Equal("m-3", bySeq.Message.Id);
        Assert.Equal(LineOrigin.Broken, Assert.Single(bySeq.Before).Origin);
        Assert.Equal("m-4", Assert.Single(bySeq.After).Id);

        Assert.Equal("old-1", MessageSearch.BySeq(path, 1, context: 0)!.Message.Id);
        Assert.Equal(3, MessageSearch.ById(path, "m-3", context: 0)!.Message.Seq);
        Assert.Equal(5, MessageSearch.ById(path, "m-5", context: 0)!.Message.Seq);
        Assert.Null(MessageSearch.BySeq(path, 6, context: 3));
        Assert.Null(MessageSearch.ById(path, "m-9", context: 3));
    }

    [Fact]
    public async Task Following_goes_on_through_growth_and_a_change_of_session()
    {
        string path = Journal(JournalLines.Said(1, "a", "x", "one"));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        await using IAsyncEnumerator<RecordedMessage> following =
            new JournalFollower(path, TimeProvider.System, () => false).FollowAsync(0, deadline.Token).GetAsyncEnumerator(deadline.Token);
        Assert.Equal("a", await NextAsync(following));

        string second = JournalLines.Said(2, "b", "x", "two");
        Append(path, second[..40]);
        Append(path, second[40..]);
        Assert.Equal("b", await NextAsync(following));

        // The session ends with one more line, and its successor takes the name.
        Append(path, JournalLines.Said(3, "c", "x", "three"));
        new FileInfo(path).MoveTo(path + ".archived");
        Journal(JournalLines.Said(1, "d", "x", "four"));
        Assert.Equal("c", await NextAsync(following));
        Assert.Equal("d", await NextAsync(following));
    }

    [Fact]
    public async Task Following_a_journal_that_is_put_back_repeats_nothing()
    {
        string path = Journal(JournalLines.Said(1, "a", "x", "one"), JournalLines.Said(2, "b", "x", "two"));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        await using IAsyncEnumerator<RecordedMessage> following =
            new JournalFollower(path, TimeProvider.System, () => false).FollowAsync(0, deadline.Token).GetAsyncEnumerator(deadline.Token);
        Assert.Equal("a", await NextAsync(following));
        Assert.Equal("b", await NextAsync(following));
        Task<string> next = NextAsync(following);

        string copy = path + ".copy";
        File.Copy(path, copy);
        Append(copy, JournalLines.Said(3, "c", "x", "three"));
        File.Move(copy, path, overwrite: true);

        Assert.Equal("c", await next);
    }

    [Fact]
    public async Task Following_waits_for_a_journal_that_is_not_there_yet()
    {
        string path = Path.Combine(_directory.Path, "current_session.jsonl");
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        await using IAsyncEnumerator<RecordedMessage> following =
            new JournalFollower(path, TimeProvider.System, () => false).FollowAsync(0, deadline.Token).GetAsyncEnumerator(deadline.Token);
        Task<string> first = NextAsync(following);

        Journal(JournalLines.Said(1, "a", "x", "one"));

        Assert.Equal("a", await first);
    }

    private static async Task<string> NextAsync(IAsyncEnumerator<RecordedMessage> following)
    {
        Assert.True(await following.MoveNextAsync());
        return following.Current.Id;
    }

    private static string[] Ids(IReadOnlyList<RecordedMessage> messages) => [.. messages.Select(message => message.Id)];

    private string Journal(params string[] lines) =>
        _directory.File("current_session.jsonl", string.Concat(lines));

    private static void Append(string path, string text) => File.AppendAllText(path, text);
}
