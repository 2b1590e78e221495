namespace Steno.Core.Journal;

/// <summary>
/// The lines that an earlier system left at the head of a journal. They stay untouched; every newline-terminated one counts as a
/// sequence, and the hash of all their bytes is what our first line is chained to.
/// </summary>
/// <param name="Lines">Their number, which is also the sequence of the last.</param>
/// <param name="Bytes">Their length with newlines.</param>
/// <param name="Sha256">SHA-256 of these bytes.</param>
public readonly record struct EarlierHead(long Lines, long Bytes, ChainHash Sha256)
{
    /// <summary>No such lines: the chain begins at 32 zero bytes.</summary>
    public static EarlierHead None => default;

    public JournalPosition End => new(Bytes, Lines, Lines == 0 ? ChainHash.Zero : Sha256);
}
