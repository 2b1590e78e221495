using System.Security.Cryptography;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Messages;

namespace Steno.Core.Sessions;

/// <summary>
/// Builds the session that begins with a checkpoint's lines, beside the one that is recorded. One load at a time, by
/// whoever holds the lock; on a thread of its own.
/// <code>
/// 1. the running session gets a checkpoint, before_load (the caller's)
/// 2. the journal is built: the checkpoint's lines, a line that tells of the load; written, synced, proven, named
/// 3. its session.json, which is the intent, is durable
/// 4. the switch: SessionSuccession.LoadSealed, or what a start does for it (PendingLoad)
/// 5. the intent is deleted
/// </code>
/// Crash before 4: the next start deletes both. During 4 it finishes. After 4 it deletes the intent.
/// </summary>
public sealed class CheckpointLoader(LogDirectory directory, LineComposer composer, TimeProvider time)
{
    private const int BlockBytes = 256 << 10;

    private const string Temporary = ".tmp";

    private readonly LineBuffer _block = new(BlockBytes);
    private SessionManifest? _prepared;
    private DurableFile? _file;
    private SteadyWriter? _steady;
    private bool _isAsExported;

    /// <summary>Told of the bytes done, and of those that there are; it may throw to end the work.</summary>
    public Action<long, long>? Progress { get; init; }

    public CancellationToken Cancellation { get; init; }

    /// <summary>Steps 2 and 3 for a checkpoint of ours.</summary>
    /// <returns>The session, as it will be; its parent is not known yet. Durable, as its journal is.</returns>
    /// <exception cref="JournalDamagedException">The checkpoint is not as it was written.</exception>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public SessionManifest Prepare(CheckpointManifest checkpoint)
    {
        ArgumentNullException.ThrowIfNull(checkpoint);
        return Build(new LoadedLines(checkpoint.Id!, checkpoint.Session, checkpoint.LastSeq, checkpoint.SizeBytes), checkpoint.SessionName, () =>
        {
            CheckpointCatalogue.Read(directory, checkpoint, piece =>
            {
                Write(piece);
                Tell(checkpoint.SizeBytes);
            });
            return checkpoint.EarlierHead;
        }, checkpoint.End);
    }

    /// <summary>The same for a file of the earlier system. What it holds of ours, as an export does, stays as it is.</summary>
    /// <exception cref="CheckpointRefusedException">It is no such file, or what it holds of ours is not whole.</exception>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public SessionManifest Prepare(EarlierCheckpoint earlier)
    {
        ArgumentNullException.ThrowIfNull(earlier);
        long length = FileFacts.LengthOf(earlier.File);
        return Build(new LoadedLines(earlier.Name, null, 0, 0), name: null, () =>
        {
            using IncrementalHash sha = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            (long lines, bool hasOurs) = (0, false);
            EarlierCheckpointReader reader = new(earlier.File);
            reader.Read(line =>
            {
                lines++;
                hasOurs |= JournalLine.TryReadHash(line, out _) && JournalLine.TryReadSeq(line, out _);
                sha.AppendData(line);
                sha.AppendData("\n"u8);
                Write(line);
                Write("\n"u8);
                Tell(length);
            });
            Flush();
            _isAsExported = reader.IsAsExported;
            return hasOurs
                ? EarlierHead.Find(_file!.Path, Cancellation)
                : new EarlierHead(lines, _steady!.Length, ChainHash.FromBytes(sha.GetHashAndReset()));
        }, expected: null);
    }

    /// <summary>Nothing is loaded: deletes what was built. Where the switch has begun, the next start finishes it.</summary>
    /// <exception cref="StorageException">The disk refuses; the next start deletes it.</exception>
    public void Undo()
    {
        if (!File.Exists(directory.CurrentJournal) || IsCurrent) return;
        if (File.Exists(directory.LoadingSession)) directory.Disk.DeleteDurably(directory.LoadingSession);
        directory.Disk.Delete(directory.LoadingJournal);
        directory.Disk.Delete(directory.LoadingJournal + Temporary);
    }

    private bool IsCurrent
    {
        get
        {
            try
            {
                return _prepared is { } prepared && SessionManifest.Load(directory.SessionFile)?.Id == prepared.Id;
            }
            catch (JournalDamagedException)
            {
                return true; // it cannot be known: left to the next start
            }
        }
    }

    /// <summary>Step 5.</summary>
    /// <exception cref="StorageException">The disk refuses; the next start deletes it.</exception>
    public void Finish() => directory.Disk.DeleteDurably(directory.LoadingSession);

    private SessionManifest Build(LoadedLines loaded, string? name, Func<EarlierHead> writeLines, JournalPosition? expected)
    {
        string path = directory.LoadingJournal + Temporary;
        using DurableFile file = _file = directory.Disk.CreateTemporary(path);
        _steady = new SteadyWriter(file);
        EarlierHead head = writeLines();
        Flush();
        JournalScan scan = Prove(path, head, expected, loaded.Checkpoint);
        DateTimeOffset now = time.GetUtcNow();
        loaded = loaded with { Seq = scan.End.Seq, Bytes = scan.End.Offset };
        SessionManifest session = new()
        {
            Id = Guid.CreateVersion7(now),
            Name = name,
            Started = now,
            Reason = SessionReason.CheckpointLoaded,
            Loaded = loaded,
            Earlier = head.Lines == 0 ? null : new EarlierLines(head.Lines, head.Bytes, head.Sha256.ToString()),
            Verified = VerifiedPoint.From(scan.End, now),
            KnownDamage = [.. scan.Damage.Select(damage => KnownDamage.From(damage, now) with { ToldSeq = loaded.Seq + 1 })],
        };
        session = session with { Verified = VerifiedPoint.From(WriteLoaded(session, scan.End), now) };
        file.Sync();
        file.RenameTo(directory.LoadingJournal);
        session.Save(directory.Disk, directory.LoadingSession);
        return _prepared = session;
    }

    /// <summary>The lines are what was recorded, read back from the file that was written.</summary>
    private JournalScan Prove(string path, in EarlierHead head, JournalPosition? expected, string checkpoint)
    {
        JournalScan scan = new JournalScanner(path, long.MaxValue) { Cancellation = Cancellation }.Scan(head.End);
        bool isHeadWhole = head.Lines == 0 || head.IsUnchanged(path);
        if (expected is { } end)
        {
            // Damage that its session knew of is in a checkpoint as it was in the journal.
            return isHeadWhole && scan.End == end ? scan : throw new JournalDamagedException(
                CheckpointCatalogue.PathOf(directory, checkpoint), 0, $"its lines do not lead to line {end.Seq} as it was recorded",
                "Choose another checkpoint; `steno verify` says what is damaged. Nothing was changed.");
        }

        // Damage that was exported was in the journal: known, it stays.
        return scan.Damage.Count == 0 || _isAsExported ? scan : throw new CheckpointRefusedException(
            $"The file has lines of Steno's, and from line {scan.Damage[0].FirstSeq} on they are not as they were recorded.",
            "Export the checkpoint again, or restore the file; an export of an earlier version of Steno does not load where the session had known damage. Nothing was changed.");
    }

    /// <returns>The place behind the line.</returns>
    private JournalPosition WriteLoaded(SessionManifest session, in JournalPosition end)
    {
        LoadedLines loaded = session.Loaded!;
        string of = loaded.Session is { } from ? $"session {from}" : "the earlier system";
        List<SystemEventField> fields =
        [
            SystemEventField.Of("session_id", session.Id.ToString()),
            SystemEventField.Of("checkpoint", loaded.Checkpoint),
            SystemEventField.Of("last_seq", loaded.Seq),
        ];
        if (loaded.Session is { } id) fields.Add(SystemEventField.Of("from_session", id.ToString()));
        if (session.KnownDamage.Count > 0) fields.Add(SystemEventField.Of("damaged_places", session.KnownDamage.Count));
        SystemEvent told = new(
            SystemEventNames.CheckpointLoaded,
            $"Session {session.Id} begins with what comes before this line: lines 1 to {loaded.Seq} of {of}, from checkpoint {loaded.Checkpoint}.",
            fields);
        LineBuffer line = new(1024);
        composer.ComposeEvent(told, end.Seq + 1, session.Started, line);
        ChainHash hash = JournalLine.ComputeHash(end.Hash, line.Written);
        JournalLine.WriteSuffix(hash, line);
        _file!.Write(line.Written, end.Offset);
        return new JournalPosition(end.Offset + line.Length, end.Seq + 1, hash);
    }

    private void Write(ReadOnlySpan<byte> bytes)
    {
        _block.Write(bytes);
        if (_block.Length >= BlockBytes) Flush();
    }

    private void Flush()
    {
        Cancellation.ThrowIfCancellationRequested();
        if (_block.Length == 0) return;
        _steady!.Append(_block.Written);
        _block.Truncate(0);
    }

    private void Tell(long total) => Progress?.Invoke(_steady!.Length + _block.Length, total);
}
