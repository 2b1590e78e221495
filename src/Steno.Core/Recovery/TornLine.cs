namespace Steno.Core.Recovery;

/// <summary>A whole line among torn bytes.</summary>
/// <param name="Offset">Where it begins in the quarantined bytes.</param>
/// <param name="Length">Without its newline.</param>
/// <param name="Seq">As it states.</param>
/// <param name="IsProven">Its hash is right; else the line it is chained to is lost, and it cannot be
/// checked.</param>
internal readonly record struct TornLine(long Offset, int Length, long Seq, bool IsProven);
