using Steno.Core.Journal;

namespace Steno.Core.Recovery;

/// <summary>
/// Lines in memory that a journal could not record, on their way into another or into the same one mended.
/// Not thread-safe.
/// </summary>
internal sealed class CarriedLines
{
    private readonly List<JournalBatch> _batches = [];

    public IReadOnlyList<JournalBatch> Batches => _batches;

    /// <summary>What a writer gives back comes first: it was taken from here before what is left.</summary>
    public void Add(AbandonedJournal left) => _batches.InsertRange(0, left.Unrecorded);

    /// <summary>
    /// Writes them; durable on return, and none is left here. A batch leaves when its lines are the writer's.
    /// </summary>
    /// <exception cref="JournalFailedException">The disk refuses: what is still here is not recorded.</exception>
    public void WriteTo(JournalWriter writer)
    {
        long firstMoved = writer.NextSeq;
        while (_batches.Count > 0)
        {
            JournalBatch batch = _batches[0];
            ReadOnlySpan<byte> lines = batch.Lines.Span;
            for (int n = 0; n < batch.Count; n++)
            {
                int end = lines.IndexOf((byte)'\n');
                LineBuffer line = writer.BeginLine();
                MovedLine.Compose(lines[..end], writer.NextSeq, firstMoved, line);
                writer.EndLine(new DateTimeOffset(batch.OldestUtcTicks, TimeSpan.Zero), messages: n == 0 ? batch.Messages : 0);
                lines = lines[(end + 1)..];
            }

            _batches.RemoveAt(0);
            writer.Commit();
        }
    }
}
