using Steno.Core.Journal;
using Steno.Core.Messages;

namespace Steno.Core.Recovery;

/// <summary>
/// Lines in memory that a journal could not record, on their way into another or into the same one mended.
/// Not thread-safe.
/// </summary>
internal sealed class CarriedLines
{
    private readonly List<CarriedLine> _lines = [];

    public IEnumerable<ReadOnlyMemory<byte>> Lines => _lines.Select(line => line.Bytes);

    /// <summary>What a writer gives back comes first: it was taken from here before what is left.</summary>
    public void Add(AbandonedJournal left) => _lines.InsertRange(0, left.Unrecorded.SelectMany(Split));

    /// <summary>
    /// Writes them; durable on return, and none is left here. A line leaves when it is the writer's.
    /// </summary>
    /// <param name="inSteps">
    /// No file holds them all: at first one line is made durable, and then each time as much as there is already, so that the file takes
    /// what it can, and at least one line if it can take any.
    /// </param>
    /// <exception cref="JournalFailedException">The disk refuses: what is still here is not recorded.</exception>
    public void WriteTo(JournalWriter writer, bool inSteps)
    {
        long firstMoved = writer.NextSeq;
        for (long written = 0; _lines.Count > 0;)
        {
            long most = inSteps ? Math.Min(written, JournalWriter.MaxBatchBytes) : JournalWriter.MaxBatchBytes;
            long bytes = 0;
            int taken = 0;
            do
            {
                CarriedLine line = _lines[taken++];
                MovedLine.Compose(line.Bytes.Span, writer.NextSeq, firstMoved, writer.BeginLine());
                writer.EndLine(new DateTimeOffset(line.ReceivedUtcTicks, TimeSpan.Zero), line.Messages);
                bytes += line.Bytes.Length + 1;
            }
            while (taken < _lines.Count && bytes + _lines[taken].Bytes.Length < most); // the writer hands nothing over by itself: what fails, Commit says
            _lines.RemoveRange(0, taken);
            writer.Commit();
            written += bytes;
        }
    }

    private static IEnumerable<CarriedLine> Split(JournalBatch batch)
    {
        ReadOnlyMemory<byte> lines = batch.Lines;
        for (int n = 0; n < batch.Count; n++)
        {
            ReadOnlyMemory<byte> line = lines[..lines.Span.IndexOf((byte)'\n')];
            bool isMessage = batch.Messages == batch.Count
                || (batch.Messages > 0 && RecordedMessage.TryParse(line.Span, out RecordedMessage read) && read.Event is null);
            yield return new CarriedLine(line, batch.OldestUtcTicks, isMessage ? 1 : 0);
            lines = lines[(line.Length + 1)..];
        }
    }
}
