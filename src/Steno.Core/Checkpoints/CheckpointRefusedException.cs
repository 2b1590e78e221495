namespace Steno.Core.Checkpoints;

/// <summary>What was asked for cannot be done as it was asked; nothing was changed.</summary>
public sealed class CheckpointRefusedException(string message, string hint) : StenoException(message, hint);
