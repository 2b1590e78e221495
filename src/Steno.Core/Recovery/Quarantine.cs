using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Recovery;

/// <summary>
/// Keeps damaged bytes as they were found. Evidence first: bytes are here, durable, before the file they come
/// from is touched, and they are never deleted by Steno.
/// </summary>
internal sealed class Quarantine(LogDirectory directory, TimeProvider time)
{
    private const int BlockBytes = 1 << 20;

    /// <summary>
    /// Copies a stretch of a file; one that the disk gives out in part only is moved as a whole. On return bytes and report are durable. Where
    /// there is no room for both, neither is there.
    /// </summary>
    /// <param name="report">Its <see cref="QuarantineReport.Offset"/> and length say which stretch.</param>
    /// <returns>The report's path; the bytes lie beside it (see <see cref="BytesPath"/>).</returns>
    public string Keep(string sourcePath, QuarantineReport report)
    {
        if (BadSectors.Has(sourcePath)) return Move(sourcePath, report with { Offset = 0, Length = FileFacts.LengthOf(sourcePath) });
        directory.Disk.CreateDirectory(directory.Quarantine);
        string reportPath = FreeName(report.What);
        try
        {
            CopyBytes(sourcePath, report, BytesPath(reportPath));
            if (BadSectors.Has(sourcePath))
            {
                directory.Disk.Delete(BytesPath(reportPath));
                return Keep(sourcePath, report);
            }

            report.Save(directory.Disk, reportPath);
            return reportPath;
        }
        catch (StorageException full) when (full.IsFull)
        {
            directory.Disk.Delete(BytesPath(reportPath)); // the source still has them, and it may be tried again and again
            throw;
        }
    }

    /// <summary>The same of what somebody wrote behind the line of a manifest or of <c>session.json</c>.</summary>
    public string KeepBehind(string path, long end, long length, Guid? session) => Keep(path, new QuarantineReport
    {
        State = QuarantineReport.Repaired,
        What = Mending.ForeignBytes,
        Found = time.GetUtcNow(),
        Source = Path.GetRelativePath(directory.Root, path),
        Offset = end,
        Length = length,
        Session = session,
    });

    /// <summary>
    /// Moves a whole file, or whatever has its name, out of the way. On return it and the report are durable.
    /// <code>
    /// 1. where it is not settled with that, the report
    /// 2. the file is renamed
    /// 3. else the report
    /// </code>
    /// Crash after 1: a report without its bytes, which are in their place still. After 2: bytes whose name says what they are.
    /// </summary>
    /// <returns>The report's path.</returns>
    public string Move(string path, QuarantineReport report)
    {
        directory.Disk.CreateDirectory(directory.Quarantine);
        string reportPath = BegunMove(report) ?? FreeName(report.What);
        bool isFirst = report.State == QuarantineReport.Repairing;
        if (isFirst) report.Save(directory.Disk, reportPath);
        directory.Disk.Rename(path, BytesPath(reportPath));
        if (!isFirst) SaveBehind(path, report, reportPath);
        return reportPath;
    }

    /// <summary>The same of a file, or whatever has its name, with which all is settled.</summary>
    /// <param name="what">See <see cref="QuarantineReport.What"/>.</param>
    /// <param name="session">Null: it is not known.</param>
    public string MoveWhole(string path, string what, Guid? session = null) => Move(path, ReportOn(path, what, session));

    /// <summary>The same of a copy of the file, which stays.</summary>
    /// <inheritdoc cref="MoveWhole"/>
    public string KeepWhole(string path, string what, Guid? session = null) => Keep(path, ReportOn(path, what, session));

    /// <summary>Where the bytes of a report lie; a file that is kept under another name has none, and is the bytes.</summary>
    public static string BytesPath(string reportPath) =>
        reportPath.EndsWith(".json", StringComparison.Ordinal) ? Path.ChangeExtension(reportPath, ".bytes") : reportPath;

    /// <summary>Reports whose repair was begun and not finished, oldest first.</summary>
    public IEnumerable<(string Path, QuarantineReport Report)> Unfinished()
    {
        if (!FileFacts.IsOpen(directory.Quarantine)) yield break;
        foreach (string path in Directory.GetFiles(directory.Quarantine, "*.json").Order(StringComparer.Ordinal))
        {
            if (QuarantineReport.TryLoad(path) is { State: QuarantineReport.Repairing } report) yield return (path, report);
        }
    }

    /// <summary>
    /// Removes reports that a crash has left half written: none is read before it has its name. Who holds the lock calls it.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public void ClearBegun()
    {
        if (!FileFacts.IsOpen(directory.Quarantine)) return; // there is none, or who writes there is refused
        foreach (FileInfo file in new DirectoryInfo(directory.Quarantine).EnumerateFiles("*.json.tmp"))
            if (file.LinkTarget is null) directory.Disk.Delete(file.FullName);
    }

    /// <summary>A crash came between the report and the bytes; null: none did.</summary>
    private string? BegunMove(QuarantineReport report) => report.State != QuarantineReport.Repairing
        ? null
        : Unfinished().FirstOrDefault(one => one.Report.What == report.What && !File.Exists(BytesPath(one.Path))).Path;

    /// <summary>Where there is no room for the report, what was moved is in its place again: else it would be found without.</summary>
    private void SaveBehind(string path, QuarantineReport report, string reportPath)
    {
        try
        {
            report.Save(directory.Disk, reportPath);
        }
        catch (StorageException full) when (full.IsFull && FileFacts.Of(path) is null)
        {
            directory.Disk.Rename(BytesPath(reportPath), path);
            throw;
        }
    }

    private QuarantineReport ReportOn(string path, string what, Guid? session) => new()
    {
        State = QuarantineReport.Repaired,
        What = what,
        Found = time.GetUtcNow(),
        Source = Path.GetRelativePath(directory.Root, path),
        Offset = 0,
        Length = FileFacts.LengthOf(path),
        Session = session,
    };

    private void CopyBytes(string sourcePath, QuarantineReport report, string path)
    {
        using SafeFileHandle source = JournalReader.Open(sourcePath);
        using DurableFile copy = directory.Disk.CreateNew(path);
        byte[] buffer = new byte[Math.Min(BlockBytes, Math.Max(1, report.Length))];
        long done = 0;
        while (done < report.Length)
        {
            int read = JournalReader.ReadBlock(source, sourcePath, buffer.AsSpan(0, (int)Math.Min(buffer.Length, report.Length - done)), report.Offset + done);
            if (read == 0) break;
            copy.Write(buffer.AsSpan(0, read), done);
            done += read;
        }

        copy.Sync();
    }

    private string FreeName(string what)
    {
        string stamp = time.GetUtcNow().UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        for (int n = 1; ; n++)
        {
            string name = Path.Combine(directory.Quarantine, n == 1 ? $"{stamp}_{what}.json" : $"{stamp}_{what}_{n}.json");
            if (!File.Exists(name) && !File.Exists(BytesPath(name))) return name;
        }
    }
}
