namespace Steno.Core.Messages;

/// <summary>What a message says of the numbers that its publisher gives. The default says nothing.</summary>
/// <param name="Run">The publisher's run.</param>
/// <param name="Seq">The message's own number, from 1; 0 if it has none.</param>
/// <param name="Last">The last number that was given so far, as the publisher says; 0 if it does not.</param>
/// <param name="IsEnd">No number will follow <paramref name="Last"/>.</param>
public readonly record struct PublisherNumber(Guid Run, long Seq, long Last, bool IsEnd)
{
    /// <summary>The largest integer that every JSON reader keeps exactly.</summary>
    public const long Max = (1L << 53) - 1;

    public bool Exists => Run != Guid.Empty;
}
