using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Messages;
using Steno.Core.Sessions;
using Steno.Tests.Support;

namespace Steno.Tests.Sessions;

/// <summary>A small session of real lines, to be damaged and opened again and again.</summary>
internal sealed class DamagedSession : IDisposable
{
    public const int Count = 8;

    // In memory where that is possible: thousands of openings, each with its syncs, and no power to be cut.
    private readonly DirectoryInfo _directory = Directory.CreateDirectory(Path.Combine(
        Directory.Exists("/dev/shm") ? "/dev/shm" : Path.GetTempPath(), $"steno-{Guid.NewGuid():N}"));
    private readonly byte[] _manifest;

    public DamagedSession()
    {
        Logs = new LogDirectory(Path.Combine(_directory.FullName, "logs"));
        Disk.Real.CreateDirectory(Logs.Root);
        OpenedSession opened = Open();
        while (opened.Writer.NextSeq <= Count)
        {
            byte[] payload = Encoding.UTF8.GetBytes(
                $$$"""{"message_id":"m-{{{opened.Writer.NextSeq}}}","sender_id":"claude","content":{"message":"Number {{{opened.Writer.NextSeq}}} of them."},"metadata":{"a":{{{opened.Writer.NextSeq}}}}}""");
            CapturedMessage message = new()
            {
                Buffer = payload,
                Frames = new[] { ..payload.Length },
                Source = MessageSource.Broker,
                ReceivedAt = DateTimeOffset.UnixEpoch,
            };
            TestComposer.New().Compose(message, opened.Writer.NextSeq, opened.Writer.BeginLine());
            opened.Writer.EndLine(DateTimeOffset.UnixEpoch);
        }

        opened.Close();
        Whole = File.ReadAllBytes(Logs.CurrentJournal);
        _manifest = File.ReadAllBytes(Logs.SessionFile);
        Starts = [0, .. Enumerable.Range(0, Whole.Length).Where(i => Whole[i] == '\n').Select(i => i + 1)];
    }

    public LogDirectory Logs { get; }

    /// <summary>Its <c>session.json</c> is one of a recorder that was killed before it vouched for a line.</summary>
    public bool IsKilled { get; init; }

    public byte[] Whole { get; }

    /// <summary>Where lines begin, and where the last ends.</summary>
    public int[] Starts { get; }

    public byte[] Journal => File.ReadAllBytes(Logs.CurrentJournal);

    public void Dispose() => _directory.Delete(recursive: true);

    public byte[] Line(int number) => Whole[Starts[number - 1]..Starts[number]];

    /// <summary>The number of the line that holds a byte.</summary>
    public int LineOf(int offset) => Starts.Count(s => s <= offset);

    /// <summary>
    /// Puts the journal into the directory as <paramref name="damaged"/>; nothing else of earlier tries is
    /// left.
    /// </summary>
    public void Put(byte[] damaged, bool withManifest)
    {
        foreach (string directory in Directory.GetDirectories(Logs.Root)) Directory.Delete(directory, recursive: true);
        File.WriteAllBytes(Logs.CurrentJournal, damaged);
        File.Delete(Logs.SessionFile);
        if (!withManifest) return;
        File.WriteAllBytes(Logs.SessionFile, _manifest);
        SessionManifest manifest = SessionManifest.Load(Logs.SessionFile)!;
        if (IsKilled) (manifest with { Stopped = false, Verified = VerifiedPoint.From(JournalPosition.Start, manifest.Started) }).Save(Disk.Real, Logs.SessionFile);
    }

    public OpenedSession Open() => new SessionOpener(Logs, TestComposer.New(), TimeProvider.System).Open();

    public OpenedSession OpenAndClose()
    {
        OpenedSession opened = Open();
        opened.Close();
        return opened;
    }

    public static List<byte[]> Split(byte[] journal)
    {
        List<byte[]> lines = [];
        for (int start = 0; start < journal.Length;)
        {
            int end = Array.IndexOf(journal, (byte)'\n', start);
            end = end < 0 ? journal.Length : end + 1;
            lines.Add(journal[start..end]);
            start = end;
        }

        return lines;
    }

    public static JsonElement? Metadata(byte[] line)
    {
        if (!Utf8.IsValid(line)) return null; // damaged: it says nothing
        try
        {
            return JsonElement.Parse(line).GetProperty("Metadata");
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return null;
        }
    }
}
