using System.Globalization;
using Steno.Core.Files;

namespace Steno.Core.Journal;

/// <summary>
/// The disk refused a write or a sync: what was not yet durable is not recorded, and nothing more will be
/// here.
/// </summary>
public sealed class JournalFailedException(string path, long durableSeq, StorageException cause) : StenoException(
    string.Create(CultureInfo.InvariantCulture, $"Recording has stopped: {cause.Message}. Messages up to {durableSeq} are safe in {path}."),
    cause.Hint,
    cause)
{
    public string Path { get; } = path;

    /// <summary>The last sequence that is recorded.</summary>
    public long DurableSeq { get; } = durableSeq;
}
