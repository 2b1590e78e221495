using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Recovery;
using Steno.Tests.Support;

namespace Steno.Tests.Recovery;

public sealed class RecoveryFileTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly LogDirectory _logs;

    public RecoveryFileTests()
    {
        _logs = new LogDirectory(_directory.Join("logs"));
        Disk.Real.CreateDirectory(_logs.Root);
    }

    private byte[] Journal => File.ReadAllBytes(_logs.CurrentJournal);

    private byte[] Copy => File.ReadAllBytes(_logs.RecoveryFile);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void The_copy_is_the_journal_byte_for_byte()
    {
        Record(lines: 1000, message: new string('x', 3000));
        Assert.Equal(Journal, Copy);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_logs.RecoveryFile));
    }

    [Fact]
    public async Task What_is_recorded_is_copied_and_synced_without_being_asked()
    {
        using JournalWriter writer = new(Disk.Real.CreateNew(_logs.CurrentJournal), JournalPosition.Start, TimeProvider.System);
        using RecoveryFile copy = new(_logs, writer, TimeProvider.System);
        for (int round = 0; round < 3; round++)
        {
            Lines.Append(writer);
            writer.Commit();
            copy.Note();
            await Eventually.BecomesTrueAsync(() => copy.DurableBytes == writer.DurableBytes, "all is copied and synced");
            Assert.Equal(Journal, Copy);
        }
    }

    [Theory]
    [InlineData("deleted")]
    [InlineData("emptied")]
    [InlineData("cut")]
    [InlineData("longer")]
    public async Task What_others_do_to_the_copy_is_made_good_while_nobody_speaks(string what)
    {
        using JournalWriter writer = new(Disk.Real.CreateNew(_logs.CurrentJournal), JournalPosition.Start, TimeProvider.System);
        using RecoveryFile copy = new(_logs, writer, TimeProvider.System);
        for (int line = 0; line < 9; line++) Lines.Append(writer);
        writer.Commit();
        copy.Note();
        await Eventually.BecomesTrueAsync(() => copy.DurableBytes == writer.DurableBytes, "all is copied and synced");
        if (what == "deleted") File.Delete(_logs.RecoveryFile);
        else using (FileStream file = new(_logs.RecoveryFile, FileMode.Open, FileAccess.Write, FileShare.ReadWrite)) file.SetLength(what == "emptied" ? 0 : what == "cut" ? 700 : file.Length + 700);

        await Eventually.BecomesTrueAsync(() => File.Exists(_logs.RecoveryFile) && Journal.AsSpan().SequenceEqual(Copy), "the copy is whole again");
    }

    /// <summary>Its first line is long before what is looked at to resume a copy.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_copy_of_a_sealed_journal_is_deleted_only_if_that_has_every_byte_of_it(bool isDamaged)
    {
        Record(lines: 1000, message: new string('x', 2000));
        byte[] whole = Journal;
        string archived = _directory.Join("sealed.jsonl");
        if (isDamaged) whole[9] ^= 1;
        File.WriteAllBytes(archived, whole);
        byte[] copy = Copy;
        File.Delete(_logs.CurrentJournal);
        using (JournalWriter writer = new(Disk.Real.CreateNew(_logs.CurrentJournal), JournalPosition.Start, TimeProvider.System))
        {
            Lines.Append(writer, "another");
            writer.Commit();
            using RecoveryFile next = new(_logs, writer, TimeProvider.System, () => [archived]);
        }

        Assert.Equal(Journal, Copy);
        if (isDamaged) Assert.Equal(copy, File.ReadAllBytes(Assert.Single(Kept())));
        else Assert.Empty(Kept());
    }

    [Fact]
    public void Cut_anywhere_the_copy_is_completed_from_the_journal()
    {
        Record(lines: 3);
        byte[] whole = Copy;
        for (int length = 0; length <= whole.Length; length++)
        {
            Cut(_logs.RecoveryFile, length);
            Record(lines: 0);
            Assert.Equal(whole, Copy);
        }

        Assert.Empty(Kept());
    }

    [Fact]
    public void A_copy_of_another_session_is_kept_under_another_name()
    {
        Record(lines: 5);
        byte[] first = Copy;
        File.Delete(_logs.CurrentJournal);

        Record(lines: 7, message: "another session");

        Assert.Equal(Journal, Copy);
        Assert.Equal(first, File.ReadAllBytes(Assert.Single(Kept())));
    }

    [Fact]
    public void A_copy_that_reaches_farther_than_the_journal_is_kept()
    {
        Record(lines: 5);
        byte[] whole = Copy;
        using (DurableFile journal = Disk.Real.OpenExisting(_logs.CurrentJournal)) journal.Truncate(0);

        Record(lines: 0);

        Assert.Equal(whole, File.ReadAllBytes(Assert.Single(Kept())));
    }

    [Fact]
    public async Task Its_failure_is_told_and_recording_goes_on()
    {
        using JournalWriter writer = new(Disk.Real.CreateNew(_logs.CurrentJournal), JournalPosition.Start, TimeProvider.System);
        _directory.File("logs/recovery", "in the way of the directory");
        using RecoveryFile copy = new(_logs, writer, TimeProvider.System);
        await Eventually.BecomesTrueAsync(() => copy.Failure is not null, "the failure is told");

        Lines.Append(writer);
        writer.Commit();
        copy.Note();

        Assert.Equal(1, writer.DurableSeq);
        Assert.Equal(0, copy.DurableBytes);
    }

    [Fact]
    public async Task A_copy_that_somebody_deletes_is_begun_anew()
    {
        using JournalWriter writer = new(Disk.Real.CreateNew(_logs.CurrentJournal), JournalPosition.Start, TimeProvider.System);
        using RecoveryFile copy = new(_logs, writer, TimeProvider.System);
        Lines.Append(writer);
        writer.Commit();
        copy.Note();
        await Eventually.BecomesTrueAsync(() => copy.DurableBytes == writer.DurableBytes, "all is copied and synced");
        File.Delete(_logs.RecoveryFile);
        Lines.Append(writer);
        writer.Commit();
        copy.Note();
        await Eventually.BecomesTrueAsync(
            () => File.Exists(_logs.RecoveryFile) && copy.DurableBytes == writer.DurableBytes, "all is copied and synced");
        Assert.Equal(Journal, Copy);
    }

    /// <summary>
    /// Goes on with the journal that is there, as a recorder's run does, to its end in good order.
    /// </summary>
    private void Record(int lines, string message = "hello")
    {
        bool exists = File.Exists(_logs.CurrentJournal);
        DurableFile file = exists ? Disk.Real.OpenExisting(_logs.CurrentJournal) : Disk.Real.CreateNew(_logs.CurrentJournal);
        JournalPosition end = exists
            ? new JournalScanner(_logs.CurrentJournal, file.Length).Scan(JournalPosition.Start).End
            : JournalPosition.Start;
        using JournalWriter writer = new(file, end, TimeProvider.System);
        using RecoveryFile copy = new(_logs, writer, TimeProvider.System);
        for (int i = 0; i < lines; i++) Lines.Append(writer, message);
        writer.Commit();
        copy.Note();
    }

    private string[] Kept() => Directory.GetFiles(Path.Combine(_logs.Root, "recovery"), "kept_*");

    private static void Cut(string path, long length)
    {
        using DurableFile file = Disk.Real.OpenExisting(path);
        file.Truncate(length);
    }
}
