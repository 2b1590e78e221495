namespace Steno.Core.Enrichment;

/// <summary>Why a word must be looked at in its place, and not only be ticked off.</summary>
[Flags]
internal enum WordRole : byte
{
    None = 0,

    /// <summary>It is part of a phrase.</summary>
    InPhrase = 1,

    /// <summary>What is done to a word of architecture behind it makes that an object of work.</summary>
    Configuring = 2,

    /// <summary>It counts only if nothing is done to it.</summary>
    Architecture = 4,
}
