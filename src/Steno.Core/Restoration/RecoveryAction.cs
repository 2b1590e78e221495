using Steno.Core.Verification;

namespace Steno.Core.Restoration;

/// <summary>Something that was put right, or would be.</summary>
/// <param name="File">The file that is whole now.</param>
/// <param name="What">In a sentence.</param>
/// <param name="FirstSeq">The first line concerned; 0: none, or all that the file has.</param>
/// <param name="Copies">The files that it was put right from.</param>
public sealed record RecoveryAction(string File, FileRole Role, string What, long FirstSeq, long LastSeq, IReadOnlyList<string> Copies)
{
    /// <summary>Where the bytes are that it took the place of; null: there were none, or nothing was done yet.</summary>
    public string? Quarantined { get; init; }
}
