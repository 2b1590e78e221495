using Steno.Core.Files;
using Steno.Core.Sessions;
using Steno.Tests.Support;

namespace Steno.Tests.Sessions;

/// <summary>
/// Somebody appends a part of a journal to itself: those lines are there a second time, and nothing is lost.
/// </summary>
public sealed class DoubledJournalTests : IDisposable
{
    private const int LineBytes = 20 << 10;
    private const int LineCount = 400; // 8 MiB, two windows of what is read at start

    private readonly TemporaryDirectory _directory = new();
    private readonly LogDirectory _logs;
    private readonly byte[] _whole;
    private readonly int[] _starts;

    public DoubledJournalTests()
    {
        _logs = new LogDirectory(_directory.Join("logs"));
        Disk.Real.CreateDirectory(_logs.Root);
        OpenedSession opened = Open();
        while (opened.Writer.NextSeq <= LineCount) Lines.Append(opened.Writer, new string('x', LineBytes));
        opened.Close();
        _whole = File.ReadAllBytes(_logs.CurrentJournal);
        _starts = [0, .. Enumerable.Range(0, _whole.Length).Where(i => _whole[i] == '\n').Select(i => i + 1)];
    }

    public void Dispose() => _directory.Dispose();

    [Theory]
    [InlineData(true, 1, LineCount)]
    [InlineData(false, 1, LineCount)]
    [InlineData(true, 1, 100)]
    [InlineData(true, 90, LineCount)]
    [InlineData(false, 17, 250)]
    public void Lines_that_were_appended_once_more_are_named_as_doubled_once_each(bool withManifest, int first, int last)
    {
        using (FileStream journal = new(_logs.CurrentJournal, FileMode.Append))
            journal.Write(_whole.AsSpan(_starts[first - 1]..(_starts[last])));
        if (!withManifest) File.Delete(_logs.SessionFile);

        OpenedSession opened = Open();
        opened.Close();
        KnownDamage damage = Assert.Single(opened.Manifest.KnownDamage);
        Assert.Equal(("doubled", first, last), (damage.Kind, (int)damage.FirstSeq, (int)damage.LastSeq));
        Assert.Equal((_whole.Length, _starts[last] - _starts[first - 1]), ((int)damage.Offset, (int)damage.Length));
        Assert.False(damage.IsLoss);
        Assert.Equal(LineCount + 1, damage.ToldSeq); // numbers go on where the lines ended

        Assert.Equal(opened.Manifest.KnownDamage, Reopened());
    }

    [Fact]
    public void A_journal_that_was_appended_twice_names_both_copies()
    {
        using (FileStream journal = new(_logs.CurrentJournal, FileMode.Append))
        {
            journal.Write(_whole);
            journal.Write(_whole);
        }

        OpenedSession opened = Open();
        opened.Close();
        Assert.Equal(
            [("doubled", 1, LineCount), ("doubled", 1, LineCount)],
            opened.Manifest.KnownDamage.Select(d => (d.Kind, (int)d.FirstSeq, (int)d.LastSeq)));
    }

    /// <summary>The control: what only looks like a copy is none.</summary>
    [Fact]
    public void A_copy_with_one_line_changed_is_not_called_doubled_there()
    {
        byte[] copy = [.. _whole];
        copy[_starts[199] + 500] ^= 1; // line 200
        using (FileStream journal = new(_logs.CurrentJournal, FileMode.Append)) journal.Write(copy);

        OpenedSession opened = Open();
        opened.Close();
        Assert.DoesNotContain(opened.Manifest.KnownDamage, d => d.Kind == "doubled" && d.FirstSeq <= 200 && d.LastSeq >= 200);
        Assert.Contains(opened.Manifest.KnownDamage, d => d is { Kind: "doubled", FirstSeq: 1, LastSeq: 199 });
    }

    private IReadOnlyList<KnownDamage> Reopened()
    {
        OpenedSession again = Open();
        again.Close();
        return again.Manifest.KnownDamage;
    }

    private OpenedSession Open() => new SessionOpener(_logs, TestComposer.New(), TimeProvider.System).Open();
}
