namespace Steno.Core.Files;

/// <summary>
/// Writes a large file from its beginning without giving the disk much to do at once: the journal is on the same disk, and
/// its syncs would wait for that. Nothing is durable before the file is synced. Not thread-safe.
/// </summary>
/// <param name="file">Empty; not owned.</param>
internal sealed class SteadyWriter(DurableFile file)
{
    /// <summary>Some milliseconds of a disk's time (docs/adr/0030).</summary>
    private const int StepBytes = 256 << 10;

    private long _out;

    /// <summary>Bytes written.</summary>
    public long Length { get; private set; }

    /// <exception cref="StorageException">The disk refuses. The file is to be given up.</exception>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        file.Write(bytes, Length);
        Length += bytes.Length;
        if (Length - _out < StepBytes) return;
        file.WriteOut(_out, Length);
        _out = Length;
    }
}
