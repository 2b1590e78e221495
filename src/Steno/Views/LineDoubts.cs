using Steno.Core;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Sessions;

namespace Steno.Views;

/// <summary>
/// Says of each line of a journal that is read whether it is as it was written: by the damage that its session's file
/// names, and by the chain. Lines are taken in their order, from any place on. Not thread-safe.
/// </summary>
internal sealed class LineDoubts
{
    private readonly ChainWatch _chain;
    private readonly SessionManifest? _session;

    private LineDoubts(ChainWatch chain, SessionManifest? session) => (_chain, _session) = (chain, session);

    /// <param name="path">A journal, the current one or one in the archive.</param>
    /// <param name="offset">Where the first line that is taken begins.</param>
    /// <exception cref="StorageException">The journal cannot be read.</exception>
    public static LineDoubts At(string path, long offset) => new(ChainWatch.At(path, offset), SessionOf(path));

    /// <summary>What is in doubt about the line that the reader is at; null: nothing is.</summary>
    public Doubt? Take(JournalReader reader)
    {
        if (reader.Offset > 0 && _session?.Earlier?.Head is { } head && head.Bytes == reader.Offset) _chain.GoOnFrom(head.End.Hash);
        ChainLink link = _chain.Take(reader.Line);
        return Known(reader.Offset) ?? link switch
        {
            ChainLink.Broken => Doubt.Suspect,
            ChainLink.Foreign => Doubt.Foreign,
            _ => null,
        };
    }

    private Doubt? Known(long offset) =>
        _session?.KnownDamage.FirstOrDefault(damage => damage.Touches(offset)) is { } damage ? new Doubt(damage.Kind) : null;

    private static SessionManifest? SessionOf(string path)
    {
        LogDirectory logs = new(Path.GetDirectoryName(path)!);
        string file = path == logs.CurrentJournal ? logs.SessionFile : Path.ChangeExtension(path, ".session.json");
        try
        {
            return SessionManifest.Load(file);
        }
        catch (StenoException)
        {
            return null; // damaged, or not ours to read: the chain tells all the same
        }
    }
}
