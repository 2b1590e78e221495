namespace Steno.Core.Recovery;

/// <summary>A line in memory that a journal could not record.</summary>
/// <param name="Bytes">As it was composed, without its newline.</param>
/// <param name="ReceivedUtcTicks">When it reached this process at the earliest.</param>
/// <param name="Messages">1 for an agent's message, 0 for a line of the recorder's own.</param>
internal readonly record struct CarriedLine(ReadOnlyMemory<byte> Bytes, long ReceivedUtcTicks, int Messages);
