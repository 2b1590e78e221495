using Steno.Core.Messages;
using Steno.Tests.Support;
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

        Assert.Equal(["a", "b"], Ids(JournalExcerpt.Last(path, 2, everything: false).Entries));
        Assert.Equal(["b", "own-5"], Ids(JournalExcerpt.Last(path, 2, everything: true).Entries));
        Assert.Empty(JournalExcerpt.Last(path, 0, everything: true).Entries);
        Assert.Equal(5, JournalExcerpt.Last(path, 100, everything: true).Entries.Count);
    }

    /// <summary>They stand where something may be missing, and take no message's place.</summary>
    [Fact]
    public void Times_in_which_nothing_was_heard_stand_among_the_messages()
    {
        string path = Journal(
            JournalLines.Said(1, "a", "x", "one"),
            JournalLines.NotHeard(2, "*", "The recorder ended without a word."),
            JournalLines.Said(3, "b", "x", "two"),
            JournalLines.NotHeard(4, "tcp://127.0.0.1:5555", "The recorder was stopped (SIGTERM)."),
            JournalLines.Own(5, "coverage_started"),
            JournalLines.Said(6, "c", "x", "three"),
            JournalLines.NotHeard(7, "tcp://127.0.0.1:5555", "The peer closed the connection."),
            JournalLines.HeardAgain(8),
            JournalLines.Own(9, "stalled"));

        Assert.Equal(["a", "own-2", "b", "c", "own-8", "own-9"], Ids(JournalExcerpt.Last(path, 5, everything: false).Entries));
        JournalExcerpt last = JournalExcerpt.Last(path, 2, everything: false);
        Assert.Equal(["b", "c", "own-8", "own-9"], Ids(last.Entries));
        Assert.Equal(2, last.Count);
        Assert.Empty(JournalExcerpt.Last(path, 0, everything: false).Entries);
    }

    [Fact]
    public void A_line_that_stands_there_a_second_time_is_shown_once()
    {
        string path = _directory.Join("journal");
        byte[] lines = Lines.WriteJournal(path, 3);
        File.WriteAllBytes(path, [.. lines, .. lines]);

        Assert.Equal(["m-1", "m-2", "m-3"], Ids(JournalExcerpt.Last(path, 10, everything: false).Entries));
        Assert.Equal(3, JournalExcerpt.Last(path, 10, everything: false).HiddenRepeats);
        Assert.Equal(6, JournalExcerpt.Last(path, 10, everything: true).Entries.Count);
    }

    [Fact]
    public void A_line_that_is_still_being_written_is_not_shown_and_read_on_from_its_beginning()
    {
        string whole = JournalLines.Said(1, "a", "x", "one");
        string path = Journal(whole, "{\"Id\":\"half");

        JournalExcerpt excerpt = JournalExcerpt.Last(path, 10, everything: true);

        Assert.Equal(["a"], Ids(excerpt.Entries));
        Assert.Equal(whole.Length, excerpt.NextOffset);
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
        Assert.Equal("m-3", bySeq.Found.Message.Id);
        Assert.Equal(LineOrigin.Broken, Assert.Single(bySeq.Before).Message.Origin);
        Assert.Equal("m-4", Assert.Single(bySeq.After).Message.Id);

        Assert.Equal("old-1", MessageSearch.BySeq(path, 1, context: 0)!.Found.Message.Id);
        Assert.Equal(3, MessageSearch.ById(path, "m-3", context: 0)!.Found.Message.Seq);
        Assert.Equal(5, MessageSearch.ById(path, "m-5", context: 0)!.Found.Message.Seq);
        Assert.Null(MessageSearch.BySeq(path, 6, context: 3));
        Assert.Null(MessageSearch.ById(path, "m-9", context: 3));
    }

    [Fact]
    public async Task Following_goes_on_through_growth_and_a_change_of_session()
    {
        string path = Journal(JournalLines.Said(1, "a", "x", "one"));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        await using IAsyncEnumerator<JournalEntry> following =
            new JournalFollower(path, TimeProvider.System, () => false).FollowAsync(0, null, deadline.Token).GetAsyncEnumerator(deadline.Token);
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

    /// <summary>A new user found that whole sessions were left out: ended by hand, or by a small --rotate-at under load.</summary>
    [Fact]
    public async Task Following_shows_sessions_that_begin_and_end_between_two_looks()
    {
        string path = Journal(JournalLines.Said(1, "a", "x", "one"));
        string archive = Directory.CreateDirectory(Path.Combine(_directory.Path, "archive")).FullName;
        DateTimeOffset began = DateTimeOffset.UnixEpoch.AddDays(20_000);
        Guid[] ids = [.. Enumerable.Range(0, 5).Select(n => Guid.CreateVersion7(began.AddSeconds(n)))];
        Seal(ids[0], JournalLines.Said(1, "before", "x", "not asked for")); // the control: it was there already
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        await using IAsyncEnumerator<JournalEntry> following =
            new JournalFollower(path, TimeProvider.System, () => false).FollowAsync(0, null, deadline.Token).GetAsyncEnumerator(deadline.Token);
        Assert.Equal("a", await NextAsync(following));

        Append(path, JournalLines.Said(2, "b", "x", "two"));
        Seal(ids[2], JournalLines.Said(1, "c", "x", "three"), JournalLines.Said(2, "d", "x", "four"));
        Seal(ids[3], JournalLines.Said(1, "e", "x", "five"));
        new FileInfo(path).MoveTo(Path.Combine(archive, $"then_{ids[1]}.jsonl"));
        Journal(JournalLines.Said(1, "f", "x", "six"));

        foreach (string next in new[] { "b", "c", "d", "e", "f" }) Assert.Equal(next, await NextAsync(following));

        void Seal(Guid id, params string[] lines) => File.WriteAllText(Path.Combine(archive, $"then_{id}.jsonl"), string.Concat(lines));
    }

    [Fact]
    public async Task Following_a_journal_that_is_put_back_repeats_nothing()
    {
        string path = Journal(JournalLines.Said(1, "a", "x", "one"), JournalLines.Said(2, "b", "x", "two"));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        await using IAsyncEnumerator<JournalEntry> following =
            new JournalFollower(path, TimeProvider.System, () => false).FollowAsync(0, null, deadline.Token).GetAsyncEnumerator(deadline.Token);
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
        await using IAsyncEnumerator<JournalEntry> following =
            new JournalFollower(path, TimeProvider.System, () => false).FollowAsync(0, null, deadline.Token).GetAsyncEnumerator(deadline.Token);
        Task<string> first = NextAsync(following);

        Journal(JournalLines.Said(1, "a", "x", "one"));

        Assert.Equal("a", await first);
    }

    [Fact]
    public async Task Following_prints_nothing_twice_when_a_copy_takes_the_name_or_the_file_is_cut()
    {
        string[] lines = [.. Enumerable.Range(1, 200).Select(n => JournalLines.Said(n, $"m-{n}", "x", $"text {n}"))];
        string path = Journal(lines);
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(20));
        long end = JournalExcerpt.Last(path, 1, everything: true).NextOffset;
        await using IAsyncEnumerator<JournalEntry> following = new JournalFollower(path, TimeProvider.System, () => false)
            .FollowAsync(end, null, deadline.Token).GetAsyncEnumerator(deadline.Token);
        Task<string> next = NextAsync(following);

        // An editor's way: another file with one line changed, and one more behind.
        string edited = _directory.File("edited.jsonl",
            string.Concat(lines).Replace("text 7\"", "text seven\"", StringComparison.Ordinal)
            + JournalLines.Said(201, "m-201", "x", "new"));
        new FileInfo(edited).MoveTo(path, overwrite: true);
        Assert.Equal("m-201", await next);

        // A recorder's way after a sync that failed: the end is cut off, and another line comes in its place.
        next = NextAsync(following);
        await using (FileStream cut = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            cut.SetLength(cut.Length - JournalLines.Said(201, "m-201", "x", "new").Length - lines[^1].Length);
        Append(path, JournalLines.Said(200, "other-200", "x", "other"));
        Assert.Equal("other-200", await next);

        // Somebody empties the file, and the recorder puts its lines back into it.
        next = NextAsync(following);
        byte[] whole = File.ReadAllBytes(path);
        await using (FileStream emptied = new(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) emptied.SetLength(2000);
        await Task.Delay(TimeSpan.FromMilliseconds(400), TimeProvider.System, deadline.Token);
        await using (FileStream back = new(path, FileMode.Append, FileAccess.Write, FileShare.ReadWrite)) back.Write(whole.AsSpan(2000));
        Append(path, JournalLines.Said(201, "m-202", "x", "newer"));
        Assert.Equal("m-202", await next);
    }

    [Fact]
    public void Repeats_that_are_left_out_are_counted_from_the_first_message_that_is_shown()
    {
        string path = Journal(
            JournalLines.Said(1, "a", "x", "one"),
            JournalLines.Said(2, "a", "x", "one", """{"duplicate_of":1}"""),
            JournalLines.Said(3, "b", "x", "two"),
            JournalLines.Said(4, "b", "x", "two", """{"duplicate_of":3}"""));

        Assert.Equal(2, JournalExcerpt.Last(path, 10, everything: false).HiddenRepeats);
        Assert.Equal(1, JournalExcerpt.Last(path, 1, everything: false).HiddenRepeats);
        Assert.Equal(0, JournalExcerpt.Last(path, 10, everything: true).HiddenRepeats);
    }

    private static async Task<string> NextAsync(IAsyncEnumerator<JournalEntry> following)
    {
        Assert.True(await following.MoveNextAsync());
        return following.Current.Message.Id;
    }

    private static string[] Ids(IReadOnlyList<JournalEntry> entries) => [.. entries.Select(entry => entry.Message.Id)];

    private string Journal(params string[] lines) =>
        _directory.File("current_session.jsonl", string.Concat(lines));

    private static void Append(string path, string text) => File.AppendAllText(path, text);
}
