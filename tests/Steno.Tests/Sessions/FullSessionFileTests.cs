using Microsoft.Win32.SafeHandles;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Numbering;
using Steno.Core.Sessions;
using Steno.Tests.Support;

namespace Steno.Tests.Sessions;

/// <summary><c>session.json</c> on a disk without a free block: how recording ended goes into those that the file has.</summary>
public sealed class FullSessionFileTests : IDisposable
{
    private const string Failure = "There was no room.";

    private readonly TemporaryDirectory _directory = new();
    private readonly Blocks _blocks = new();

    public void Dispose() => _directory.Dispose();

    /// <param name="room">Bytes that its blocks have behind its end.</param>
    [Theory]
    [InlineData(4000, true)]
    [InlineData(0, false)]
    public void What_was_lost_is_kept_and_publishers_numbers_give_way_where_the_blocks_do_not_hold_both(int room, bool isNumberingKept)
    {
        LogDirectory logs = WithSession(out SessionRecord record, publishers: 8);
        _blocks.Hold(logs.SessionFile, room);
        record.Fail(Failure, JournalPosition.Start, lost: 17, Incomplete);

        SessionManifest kept = SessionManifest.Load(logs.SessionFile)!;
        Assert.Equal((Failure, 17), (kept.Failure, kept.Lost));
        Assert.Equal(isNumberingKept, kept.Numbering is not null);
        Assert.Equal([logs.SessionFile], Directory.GetFiles(logs.Root, "session.json*"));
    }

    [Fact]
    public void Where_not_even_that_fits_what_stood_there_stands()
    {
        LogDirectory logs = WithSession(out SessionRecord record, publishers: 0);
        byte[] before = File.ReadAllBytes(logs.SessionFile);
        _blocks.Hold(logs.SessionFile, room: 10);
        Assert.True(Assert.Throws<StorageException>(() => record.Fail(Failure, JournalPosition.Start, lost: 17, Incomplete)).IsFull);
        Assert.Equal(before, File.ReadAllBytes(logs.SessionFile));
    }

    /// <summary>No file can be made beside it: a stop in good order must not look like a kill.</summary>
    [Fact]
    public void A_stop_in_good_order_is_kept_where_no_temporary_file_can_be_made()
    {
        LogDirectory logs = WithSession(out SessionRecord record, publishers: 8);
        _blocks.HasNoFiles = true;
        JournalPosition end = SessionManifest.Load(logs.SessionFile)!.Verified.Position;
        record.Close(end);

        SessionManifest kept = SessionManifest.Load(logs.SessionFile)!;
        Assert.True(kept.Stopped);
        Assert.Equal((end, true), (kept.Verified.Position, kept.Numbering is not null));
        Assert.Equal([logs.SessionFile], Directory.GetFiles(logs.Root, "session.json*"));
    }

    private LogDirectory WithSession(out SessionRecord record, int publishers)
    {
        LogDirectory logs = new(_directory.Join("logs"), new Disk(_blocks));
        logs.Disk.CreateDirectory(logs.Root);
        OpenedSession opened = new SessionOpener(logs, TestComposer.New(), TimeProvider.System).Open();
        using JournalWriter writer = opened.Writer; // closed as by a kill
        record = opened.Record;
        SavedNumbering numbering = new() { Seq = 1, Unnumbered = new string('n', 100 * publishers) };
        record.Vouch(writer.DurableEnd, publishers == 0 ? null : numbering);
        return logs;
    }

    private static SessionVerdict Incomplete => new("incomplete", "17 messages were received and not recorded.", 1, DateTimeOffset.UnixEpoch);

    /// <summary>A disk with no block but those of one file. What does not fit is written by half, as a real one may.</summary>
    private sealed class Blocks : DiskCalls
    {
        private string? _path;
        private long _bytes;

        /// <summary>No inode is free.</summary>
        public bool HasNoFiles { get; set; }

        public override FileStream Open(string path, FileMode mode, FileShare share) => HasNoFiles && !File.Exists(path)
            ? throw StorageException.FromErrno("open", path, Errnos.NoSpace)
            : base.Open(path, mode, share);

        public void Hold(string path, int room) => (_path, _bytes) = (path, new FileInfo(path).Length + room);

        public override void Write(SafeFileHandle file, string path, ReadOnlySpan<byte> bytes, long offset)
        {
            long fits = _path is null ? long.MaxValue : path == _path ? Math.Max(0, _bytes - offset) : 0;
            if (bytes.Length > 0) base.Write(file, path, bytes[..(int)Math.Min(bytes.Length, fits)], offset);
            if (fits < bytes.Length) throw StorageException.FromErrno("write", path, Errnos.NoSpace);
        }
    }
}
