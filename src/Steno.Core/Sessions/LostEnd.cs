using Steno.Core.Files;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>
/// A journal without <c>session.json</c> came back from its copies, and nothing says where it ended but the length of what stood in its place, or its second
/// copy's, and has no line: what that was longer by is lost, for good (docs/adr/0044).
/// <code>
/// 1. MisplacedFiles: a report in quarantine says how long it was, and that this is not settled; it goes there
/// 2. session.json names the end that is lost, if one is
/// 3. the report says that nothing is left to do
/// </code>
/// Crash after 1: the next start, or recovery, goes on from the report. After 2: it comes to the same, and names nothing twice; the
/// journal has not grown since. Under the <see cref="DirectoryLock"/>, but for <see cref="FindPlanned"/>.
/// </summary>
internal sealed class LostEnd(LogDirectory directory, TimeProvider time)
{
    /// <summary>What <see cref="QuarantineReport.What"/> says of such a file.</summary>
    public const string Journal = "blank_journal";

    /// <inheritdoc cref="Journal"/>
    public const string SecondCopy = "blank_copy";

    private readonly Quarantine _quarantine = new(directory, time);

    /// <summary>Steps 2 and 3, of a journal that is in its place; durable on return.</summary>
    /// <returns>What <c>session.json</c> says now.</returns>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public SessionManifest Settle(SessionManifest manifest)
    {
        KnownDamage? lost = Find(Longest(), Math.Max(FileFacts.LengthOf(directory.CurrentJournal), manifest.Verified.Offset));
        if (lost is not null && !manifest.KnownDamage.Any(known => known.IsLostEnd && known.Session is null && (known.Offset == lost.Offset || known.Offset == 0)))
        {
            manifest = manifest with { KnownDamage = [.. manifest.KnownDamage, lost] };
            manifest.Save(directory.Disk, directory.SessionFile);
        }

        Forget();
        return manifest;
    }

    /// <summary>
    /// Of a journal of which nothing came back: all that it was long. Null: nothing stood there, or no more than the beginning
    /// of a first line, which may never have been recorded.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public KnownDamage? FindAll()
    {
        long all = Unsettled().Where(one => !IsBegunLine(Quarantine.BytesPath(one.Path))).Select(one => one.Report.Length).DefaultIfEmpty(0).Max();
        return all > 0 ? KnownDamage.OfLostEnd(0, all, time.GetUtcNow()) : null;
    }

    private bool IsBegunLine(string bytes)
    {
        if (FileFacts.Of(bytes) is not { Kind: FileKind.File }) return false;
        using DurableFile file = directory.Disk.OpenExisting(bytes);
        Span<byte> first = stackalloc byte[1];
        return file.Read(first, 0) == 1 && first[0] == (byte)'{';
    }

    /// <summary>Step 3; of a journal that did not come back, too.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void Forget()
    {
        foreach ((string path, QuarantineReport report) in Unsettled()) (report with { State = QuarantineReport.Repaired }).Save(directory.Disk, path);
    }

    /// <summary>The same as step 2 finds it, before anything is done.</summary>
    /// <param name="hasFile">There is a <c>session.json</c> of the session.</param>
    /// <param name="length">Of the journal as it would be, or up to where lines are known that it lacks, bytes; 0: there is none.</param>
    /// <returns>Null: nothing would be lost.</returns>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public KnownDamage? FindPlanned(bool hasFile, long length)
    {
        string[] places = hasFile ? [] : [directory.CurrentJournal, directory.RecoveryFile];
        IEnumerable<string> blank = places.Where(path => IsBlank(path, default));
        return Find(Math.Max(Longest(), blank.Select(FileFacts.LengthOf).DefaultIfEmpty(0).Max()), length);
    }

    /// <summary>It is there, and not empty, and has no line.</summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two lines.</exception>
    public static bool IsBlank(string path, CancellationToken cancellation) =>
        FileFacts.Of(path) is { Kind: FileKind.File, Length: > 0 } && BlankJournal.HasNoLine(path, cancellation);

    private KnownDamage? Find(long longest, long length) =>
        longest > length && length > 0 ? KnownDamage.OfLostEnd(length, longest - length, time.GetUtcNow()) : null;

    private long Longest() => Unsettled().Select(one => one.Report.Length).DefaultIfEmpty(0).Max();

    private IReadOnlyList<(string Path, QuarantineReport Report)> Unsettled() =>
        [.. _quarantine.Unfinished().Where(one => one.Report.What is Journal or SecondCopy)];
}
