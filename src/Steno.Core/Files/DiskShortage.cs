using System.Globalization;

namespace Steno.Core.Files;

/// <summary>Writing waits for room on a volume. Immutable.</summary>
/// <param name="Since">When it began to wait.</param>
/// <param name="FreeBytes">What is left, where the volume tells.</param>
/// <param name="ReserveBytes">What is to stay free.</param>
/// <param name="Refusal">What the disk said; null if it was not asked, for the reserve would not have stayed.</param>
public sealed record DiskShortage(DateTimeOffset Since, long? FreeBytes, long ReserveBytes, StorageException? Refusal)
{
    private const double MiB = 1 << 20;

    /// <summary>A sentence, without what to do.</summary>
    public string Description => Refusal is { LacksFiles: true } ? $"No more files can be made on the disk: {Refusal.Message}." : Refusal is not null
        ? $"The disk is full: {Refusal.Message}."
        : string.Create(
            CultureInfo.InvariantCulture,
            $"The disk is nearly full: {FreeBytes / MiB:0.#} MiB are free where the logs are, and {ReserveBytes / MiB:0.#} MiB are to stay free.");
}
