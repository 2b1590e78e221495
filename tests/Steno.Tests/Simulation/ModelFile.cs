namespace Steno.Tests.Simulation;

/// <summary>
/// A file as the platters have it, and what the page cache has beyond that, in the order it was done.
/// </summary>
internal sealed class ModelFile
{
    /// <summary>So much reaches a platter as a whole, or not at all.</summary>
    private const int Sector = 512;

    private readonly List<Change> _cached = [];

    public ModelFile(byte[] durable) => Durable = durable;

    public byte[] Durable { get; private set; }

    public void Write(ReadOnlySpan<byte> bytes, long offset)
    {
        for (int done = 0; done < bytes.Length;)
        {
            int size = (int)Math.Min(bytes.Length - done, Sector - (offset + done) % Sector);
            _cached.Add(new Change(offset + done, bytes.Slice(done, size).ToArray()));
            done += size;
        }
    }

    public void Truncate(long length) => _cached.Add(new Change(length, null));

    /// <summary>What was given up by a sync that failed before is not written by one that succeeds.</summary>
    public void Sync()
    {
        Durable = Apply(change => !change.IsGivenUp);
        _cached.Clear();
    }

    /// <summary>
    /// The kernel marks the pages clean and forgets them. Each may have been written before the error, or not.
    /// </summary>
    public void FailSync()
    {
        for (int i = 0; i < _cached.Count; i++) _cached[i] = _cached[i] with { IsGivenUp = true };
    }

    /// <summary>What is there when the power is back: any of what was cached has been written, or none.</summary>
    public byte[] AfterPowerCut(Survival survival) => Apply(_ => survival.Survives());

    private byte[] Apply(Predicate<Change> isWritten)
    {
        if (_cached.Count == 0) return Durable;
        using MemoryStream content = new();
        content.Write(Durable);
        foreach (Change change in _cached)
        {
            if (!isWritten(change)) continue;
            if (change.Bytes is null) content.SetLength(change.Offset);
            content.Position = change.Offset;
            content.Write(change.Bytes);
        }

        return content.ToArray();
    }

    /// <param name="Offset">Of the bytes, or where the file ends from then on.</param>
    /// <param name="Bytes">Null: it was cut.</param>
    private readonly record struct Change(long Offset, byte[]? Bytes)
    {
        public bool IsGivenUp { get; init; }
    }
}
