namespace Steno.Recorder;

/// <summary>How far a checkpoint is, in bytes of the journal.</summary>
internal sealed record CheckpointProgress(long DoneBytes, long TotalBytes);
