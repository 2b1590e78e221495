namespace Steno.Core.Journal;

/// <summary>
/// Checks the part of a journal that start-up took on trust. Reads only, while the journal may be written.
/// </summary>
/// <param name="Path">The journal.</param>
/// <param name="Head">An earlier system's lines.</param>
/// <param name="Until">Where start-up began to read, which is the beginning of a line.</param>
public sealed record JournalAudit(string Path, EarlierHead Head, long Until)
{
    /// <summary>See <see cref="JournalScanner.Stated"/>.</summary>
    public IReadOnlyDictionary<long, ChainHash> Stated { get; init; } = StatedLines.None;

    /// <summary>Damage in that part.</summary>
    /// <param name="pace">Called after every line with the bytes read so far; it may wait, and may throw to
    /// end the audit.</param>
    /// <exception cref="Files.StorageException">The disk refuses.</exception>
    public IReadOnlyList<JournalDamage> Run(Action<long> pace)
    {
        bool headUnchanged = Head.Lines == 0 || Head.IsUnchanged(Path, pace);
        JournalScan scan = new JournalScanner(Path, long.MaxValue) { Stated = Stated }.Scan(Head.End, Until, pace);
        return headUnchanged ? scan.Damage : [Head.Damage, .. scan.Damage];
    }
}
