using System.Text;
using System.Text.Json;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Tests.Support;

namespace Steno.Tests.Journal;

public sealed class JournalWriterTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private string JournalPath => _directory.Join("current_session.jsonl");

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void Every_line_is_JSON_and_is_chained_to_the_one_before()
    {
        byte[] bytes = Lines.WriteJournal(JournalPath, 100);

        ChainHash previous = ChainHash.Zero;
        string[] lines = Encoding.UTF8.GetString(bytes).TrimEnd('\n').Split('\n');
        Assert.Equal(100, lines.Length);
        for (int i = 0; i < lines.Length; i++)
        {
            using JsonDocument document = JsonDocument.Parse(lines[i]);
            Assert.Equal(i + 1, document.RootElement.GetProperty("Seq").GetInt64());
            byte[] line = Encoding.UTF8.GetBytes(lines[i]);
            byte[] covered = [.. previous[..], .. line[..^55]];
            string expected = Convert.ToBase64String(System.Security.Cryptography.SHA256.HashData(covered));
            Assert.Equal(expected, document.RootElement.GetProperty("Hash").GetString());
            Assert.True(JournalLine.TryReadHash(line, out previous));
        }
    }

    [Fact]
    public void Nothing_is_durable_before_it_is_flushed_and_all_is_after_commit()
    {
        using JournalWriter writer = new(Disk.Real.CreateNew(JournalPath), JournalPosition.Start, TimeProvider.System);
        Lines.Append(writer);
        Lines.Append(writer);
        Assert.Equal(0, writer.DurableSeq);
        Assert.NotNull(writer.OldestUnrecorded);

        writer.Commit();

        Assert.Equal(2, writer.DurableSeq);
        Assert.Equal(2, writer.WrittenSeq);
        Assert.Null(writer.OldestUnrecorded);
        Assert.Equal(new FileInfo(JournalPath).Length, writer.DurableBytes);
    }

    [Fact]
    public void Batches_are_told_in_order_and_without_a_hole()
    {
        long next = 1;
        long told = 0;
        using (JournalWriter writer = new(Disk.Real.CreateNew(JournalPath), JournalPosition.Start, TimeProvider.System, Tell))
        {
            for (int i = 0; i < 20_000; i++)
            {
                Lines.Append(writer, new string('x', i % 700));
                if (i % 7 == 0) writer.Flush();
            }

            writer.Commit();
        }

        Assert.Equal(20_000, told);

        void Tell(JournalBatch batch)
        {
            Assert.Equal(next, batch.FirstSeq);
            Assert.Equal(batch.Count, Encoding.UTF8.GetString(batch.Lines.Span).Count(c => c == '\n'));
            Assert.True(batch.Lines.Length < JournalWriter.MaxBatchBytes + 2048);
            next = batch.LastSeq + 1;
            told += batch.Count;
        }
    }

    [Fact]
    public void A_line_larger_than_a_batch_goes_through_and_the_chain_holds()
    {
        using (JournalWriter writer = new(Disk.Real.CreateNew(JournalPath), JournalPosition.Start, TimeProvider.System))
        {
            Lines.Append(writer);
            Lines.Append(writer, new string('y', 3 * JournalWriter.MaxBatchBytes));
            Lines.Append(writer);
            writer.Commit();
        }

        JournalScan scan = new JournalScanner(JournalPath, 0).Scan(JournalPosition.Start);
        Assert.Equal(3, scan.End.Seq);
        Assert.Equal(0, scan.TornBytes);
    }

    [Fact]
    public void An_abandoned_line_leaves_no_trace()
    {
        using (JournalWriter writer = new(Disk.Real.CreateNew(JournalPath), JournalPosition.Start, TimeProvider.System))
        {
            Lines.Append(writer);
            writer.BeginLine().Write("half a line"u8);
            writer.AbandonLine();
            Lines.Append(writer);
            writer.Commit();
        }

        JournalScan scan = new JournalScanner(JournalPath, 0).Scan(JournalPosition.Start);
        Assert.Equal(2, scan.End.Seq);
        Assert.Empty(scan.Damage);
    }

    [Fact]
    public void A_journal_is_continued_where_it_ended()
    {
        Lines.WriteJournal(JournalPath, 3);
        JournalPosition end = new JournalScanner(JournalPath, 0).Scan(JournalPosition.Start).End;

        using (JournalWriter writer = new(Disk.Real.OpenExisting(JournalPath), end, TimeProvider.System))
        {
            Lines.Append(writer);
            writer.Commit();
        }

        JournalScan scan = new JournalScanner(JournalPath, 0).Scan(JournalPosition.Start);
        Assert.Equal(4, scan.End.Seq);
        Assert.Empty(scan.Damage);
    }

    [Fact]
    public void Files_are_for_the_owner_only()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        Lines.WriteJournal(JournalPath, 1);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(JournalPath));
    }
}
