namespace Steno.Core.Checkpoints;

/// <summary>What a collection has removed.</summary>
/// <param name="Files">Segments and lists that were removed.</param>
/// <param name="Problem">Why nothing was removed, in a sentence; null if nothing stood in the way.</param>
public sealed record CollectedSegments(int Files, long Bytes, string? Problem);
