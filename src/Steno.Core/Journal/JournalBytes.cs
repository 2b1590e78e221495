namespace Steno.Core.Journal;

/// <summary>A journal that is no file, or not yet.</summary>
/// <param name="Read">Fills the block from an offset on; fewer bytes only at the end.</param>
/// <param name="Length">Bytes.</param>
internal sealed record JournalBytes(BlockReading Read, long Length);
