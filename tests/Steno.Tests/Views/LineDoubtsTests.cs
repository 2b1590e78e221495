using System.Text;
using Steno.Commands;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Sessions;
using Steno.Terminal;
using Steno.Tests.Support;
using Steno.Views;

namespace Steno.Tests.Views;

/// <summary>A line that is not as it was written is shown with a mark, by each verb that shows lines.</summary>
public sealed class LineDoubtsTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly StringWriter _output = new() { NewLine = "\n" };
    private readonly StringWriter _error = new() { NewLine = "\n" };
    private readonly List<string> _lines;

    public LineDoubtsTests()
    {
        Lines.WriteJournal(Journal, 8, "said");
        _lines = [.. File.ReadAllLines(Journal)];
    }

    private string Journal => _directory.Join("current_session.jsonl");

    public void Dispose()
    {
        _directory.Dispose();
        _output.Dispose();
        _error.Dispose();
    }

    [Fact]
    public void A_whole_journal_has_no_doubtful_line_from_wherever_it_is_read()
    {
        for (int count = 1; count <= 9; count++) Assert.Empty(Doubtful(count));
    }

    [Theory]
    [InlineData("altered", "5 suspect")]
    [InlineData("altered in its hash", "5 suspect")]
    [InlineData("altered in its sequence", "77 suspect")]
    [InlineData("taken out", "6 suspect")]
    [InlineData("doubled behind the next", "5 suspect")]
    [InlineData("swapped with the next", "6 suspect")]
    [InlineData("another's before it", "– foreign")]
    public void What_somebody_did_to_line_5_is_marked_there_and_the_lines_behind_it_are_proven(string what, string doubtful)
    {
        Damage(what);

        Assert.Equal([doubtful], Doubtful(9));
        // The line before the first that is shown is looked at, too.
        Assert.Equal([doubtful], Doubtful(_lines.Count - 3));
    }

    [Fact]
    public void Damage_that_the_session_knows_is_named_by_its_kind()
    {
        Assert.Empty(Doubtful(9));
        long[] offsets = [0, .. Offsets()];
        Save(new KnownDamage("unverifiable", offsets[2], offsets[3] - offsets[2], 3, 3, DateTimeOffset.UnixEpoch),
            new KnownDamage("missing", offsets[5], 0, 6, 6, DateTimeOffset.UnixEpoch),
            new KnownDamage("altered", offsets[6], 9, 7, 7, DateTimeOffset.UnixEpoch, Session: Guid.NewGuid()));

        Assert.Equal(["3 unverifiable", "6 missing"], Doubtful(9));
    }

    [Fact]
    public void The_lines_of_an_earlier_system_are_not_doubted_and_the_first_behind_them_is_proven_by_their_hash()
    {
        byte[] head = Encoding.UTF8.GetBytes(JournalLines.Earlier("e-1", "old") + "broken\n");
        EarlierHead earlier = new(2, head.Length, ChainHash.FromBytes(System.Security.Cryptography.SHA256.HashData(head)));
        File.WriteAllBytes(Journal, head);
        using (JournalWriter writer = new(Disk.Real.OpenExisting(Journal), earlier.End, TimeProvider.System))
        {
            for (int i = 0; i < 3; i++) Lines.Append(writer);
            writer.Commit();
        }

        Save(earlier);
        Assert.Empty(Doubtful(9));
        File.WriteAllText(Journal, File.ReadAllText(Journal).Replace("\"Id\":\"m-3\"", "\"Id\":\"m-x\"", StringComparison.Ordinal));
        Assert.Equal(["3 suspect"], Doubtful(9));
    }

    [Fact]
    public async Task Recent_show_and_tail_mark_it_and_say_what_to_do()
    {
        Assert.Equal(0, Run("recent"));
        Assert.DoesNotContain("altered?", _output.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("steno verify", _error.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, Run("recent", "--json"));
        Assert.DoesNotContain("suspect", _output.ToString(), StringComparison.Ordinal);

        Damage("altered");

        foreach (string[] verb in (string[][])[["recent"], ["recent", "-n", "4"], ["show", "5"], ["show", "6", "--context", "1"]])
        {
            Assert.Equal(0, Run(verb));
            Assert.Contains("(altered?) Said", _output.ToString(), StringComparison.Ordinal);
            Assert.Equal(2, _output.ToString().Split("(altered?)").Length);
            Assert.Contains("1 line is damaged, or not proven", _error.ToString(), StringComparison.Ordinal);
            Assert.Contains("`steno verify", _error.ToString(), StringComparison.Ordinal);
            Assert.Equal(0, Run([.. verb, "--json"]));
            Assert.Equal(2, _output.ToString().Replace(" ", "", StringComparison.Ordinal).Split("\"doubt\":\"suspect\"").Length);
        }

        Assert.Equal(0, Run("show", "5"));
        Assert.Contains("in doubt   It does not fit the chain", _output.ToString(), StringComparison.Ordinal);
        await using IAsyncEnumerator<JournalEntry> following = new JournalFollower(Journal, TimeProvider.System, () => false)
            .FollowAsync(0, null, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        for (int seq = 1; seq <= 8; seq++)
        {
            Assert.True(await following.MoveNextAsync());
            Assert.Equal(seq == 5 ? Doubt.Suspect : null, following.Current.Doubt);
        }
    }

    private void Damage(string what)
    {
        string five = _lines[4];
        switch (what)
        {
            case "altered": _lines[4] = five.Replace("said", "Said", StringComparison.Ordinal); break;
            case "altered in its hash": _lines[4] = five[..^10] + (five[^10] == 'A' ? 'B' : 'A') + five[^9..]; break;
            case "altered in its sequence": _lines[4] = five.Replace(",\"Seq\":5,", ",\"Seq\":77,", StringComparison.Ordinal); break;
            case "taken out": _lines.RemoveAt(4); break;
            case "doubled behind the next": _lines.Insert(6, five); break;
            case "swapped with the next": (_lines[4], _lines[5]) = (_lines[5], five); break;
            default: _lines.Insert(4, "{\"Id\":\"theirs\",\"Message\":\"boo\"}"); break;
        }

        File.WriteAllText(Journal, string.Concat(_lines.Select(line => line + "\n")));
    }

    private List<string> Doubtful(int count) =>
    [
        .. JournalExcerpt.Last(Journal, count, everything: true).Entries.Where(entry => entry.Doubt is not null)
            .Select(entry => $"{entry.Message.Seq?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "–"} {entry.Doubt!.Kind}"),
    ];

    private IEnumerable<long> Offsets()
    {
        long offset = 0;
        foreach (string line in _lines) yield return offset += line.Length + 1;
    }

    private void Save(params KnownDamage[] damage) => Manifest(damage, null).Save(Disk.Real, _directory.Join("session.json"));

    private void Save(EarlierHead earlier) => Manifest(
        [], new(earlier.Lines, earlier.Bytes, earlier.Sha256.ToString())).Save(Disk.Real, _directory.Join("session.json"));

    private static SessionManifest Manifest(IReadOnlyList<KnownDamage> damage, Core.Sessions.EarlierLines? earlier) => new()
    {
        Id = Guid.NewGuid(),
        Started = DateTimeOffset.UnixEpoch,
        Reason = SessionReason.Created,
        Verified = VerifiedPoint.From(JournalPosition.Start, DateTimeOffset.UnixEpoch),
        KnownDamage = damage,
        Earlier = earlier,
    };

    private int Run(params string[] arguments)
    {
        _output.GetStringBuilder().Clear();
        _error.GetStringBuilder().Clear();
        var context = new VerbContext(
            new Screen(_output, hasColours: false), new Screen(_error, hasColours: false), new Dictionary<string, string>(),
            _directory.Path, TimeProvider.System);
        return CommandLine.Run([.. arguments, "--logs", _directory.Path], context);
    }
}
