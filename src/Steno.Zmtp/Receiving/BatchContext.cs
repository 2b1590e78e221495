namespace Steno.Zmtp.Receiving;

/// <summary>What a new batch needs to know about the read it comes from.</summary>
internal readonly record struct BatchContext(ConnectionOrigin Origin, DateTimeOffset ReceivedAt)
{
    /// <summary>A batch that shares the buffer being read into.</summary>
    public ReceivedBatch Begin(ReadBuffer input)
    {
        input.Buffer.Retain();
        return ReceivedBatch.Rent(Origin, input.Buffer, ReceivedAt);
    }
}
