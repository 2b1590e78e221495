namespace Steno.Core.Recovery;

/// <summary>
/// A place that may have lines of a journal: the journal itself, its second copy, a segment of a checkpoint. What it
/// gives is proven by the chain, and by nothing else. Not thread-safe.
/// </summary>
internal abstract class LineSource : IDisposable
{
    /// <summary>The file, as it is named to users.</summary>
    public abstract string Path { get; }

    /// <summary>Bytes of lines in it, as they stand in a journal.</summary>
    public abstract long Length { get; }

    /// <summary>
    /// Fills the buffer from that offset on; fewer bytes only at the end, or where the file cannot be read further.
    /// </summary>
    /// <exception cref="Files.StorageException">The disk refuses.</exception>
    public abstract int Read(Span<byte> buffer, long offset);

    public abstract void Dispose();
}
