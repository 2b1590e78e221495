namespace Steno.Core.Journal;

/// <summary>A place between two lines of a journal, with all that is needed to go on from there.</summary>
/// <param name="Offset">Bytes before it.</param>
/// <param name="Seq">The sequence of the line before it; 0 at the start.</param>
/// <param name="Hash">The hash that the next line is chained to.</param>
public readonly record struct JournalPosition(long Offset, long Seq, ChainHash Hash)
{
    public static JournalPosition Start => default;
}
