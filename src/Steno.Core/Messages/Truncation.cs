namespace Steno.Core.Messages;

/// <summary>What is known of a message over the size limit, of which only the beginning was kept.</summary>
/// <param name="TotalBytes">Length of the whole message: all its frames, one after another.</param>
/// <param name="Sha256">32 bytes: SHA-256 over the same.</param>
public sealed record Truncation(long TotalBytes, ReadOnlyMemory<byte> Sha256);
