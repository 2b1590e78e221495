using Steno.Core.Files;

namespace Steno.Core.Journal;

/// <summary>What is left when writing a journal ended early.</summary>
/// <param name="File">Still open; owned by whoever abandoned the journal.</param>
/// <param name="End">The end of what is durable.</param>
/// <param name="Unrecorded">Lines that are in memory only, in order and without a hole behind
/// <paramref name="End"/>.</param>
public sealed record AbandonedJournal(DurableFile File, JournalPosition End, IReadOnlyList<JournalBatch> Unrecorded)
{
    /// <summary>Somebody has cut the file below <see cref="End"/>, or written over it.</summary>
    public required bool HasLostLines { get; init; }
}
