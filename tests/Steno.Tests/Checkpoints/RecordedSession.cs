using System.Text;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Tests.Support;

namespace Steno.Tests.Checkpoints;

/// <summary>A session of plain lines, and checkpoints of it.</summary>
internal sealed class RecordedSession
{
    /// <summary>Of those on another disk: so small that few lines make several segments.</summary>
    public const int SegmentBytesMax = 256 << 10;

    private readonly Guid _id = Guid.NewGuid();
    private JournalPosition _end;

    /// <param name="earlier">Lines of an earlier system, at its head.</param>
    public RecordedSession(string logs, string earlier = "")
    {
        Disk.Real.CreateDirectory(logs);
        Logs = new LogDirectory(logs);
        Store = new CheckpointStore(Logs, TimeProvider.System);
        using (DurableFile journal = Disk.Real.CreateNew(Logs.CurrentJournal)) journal.Write(Encoding.UTF8.GetBytes(earlier), 0);
        Head = EarlierHead.Find(Logs.CurrentJournal);
        _end = Head.End;
    }

    private RecordedSession(RecordedSession other, string logs, Disk disk)
    {
        (_id, _end, Head) = (other._id, other._end, other.Head);
        Logs = new LogDirectory(logs, disk);
        Store = new CheckpointStore(Logs, TimeProvider.System) { SegmentBytesMax = SegmentBytesMax };
    }

    public LogDirectory Logs { get; }

    public CheckpointStore Store { get; set; }

    public EarlierHead Head { get; }

    public byte[] Journal => File.ReadAllBytes(Logs.CurrentJournal);

    public Func<IReadOnlyList<JournalDamage>, bool> IsKnown { get; set; } = _ => false;

    public CheckpointSubject Subject => new()
    {
        Session = _id,
        Started = DateTimeOffset.UnixEpoch,
        Head = Head,
        Journal = Logs.CurrentJournal,
        End = _end,
        IsKnown = IsKnown,
    };

    public string[] SegmentFiles => Directory.Exists(Logs.Segments) ? [.. Directory.GetFiles(Logs.Segments).Order(StringComparer.Ordinal)] : [];

    public string[] Manifests => Directory.Exists(Logs.Checkpoints) ? [.. Directory.GetFiles(Logs.Checkpoints).Order(StringComparer.Ordinal)] : [];

    /// <summary>The same session, whose directory was copied there.</summary>
    public RecordedSession On(Disk disk, string logs) => new(this, logs, disk);

    /// <summary>The journal goes on; past every fault, for it is not what is tested.</summary>
    public void Record(int lines, string message = "hello")
    {
        using JournalWriter writer = new(Disk.Real.OpenExisting(Logs.CurrentJournal), _end, TimeProvider.System);
        for (int i = 0; i < lines; i++) Lines.Append(writer, message);
        writer.Commit();
        _end = writer.DurableEnd;
    }

    public CheckpointManifest Checkpoint(string? label = null) => Make(CheckpointReason.Manual, label)!;

    public CheckpointManifest? Make(string reason, string? label = null) =>
        Store.Create(Subject, new CheckpointRequest(reason, label), null, TestContext.Current.CancellationToken);

    public byte[] Read(CheckpointManifest manifest)
    {
        using MemoryStream bytes = new();
        CheckpointCatalogue.Read(Logs, manifest, piece => bytes.Write(piece));
        return bytes.ToArray();
    }
}
