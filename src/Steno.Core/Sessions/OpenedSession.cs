using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>A session that is being written.</summary>
/// <param name="Record">What is known of it, as saved.</param>
/// <param name="Writer">Owned by whoever opened the session. Everything in it is durable.</param>
/// <param name="Recovery">What was found and mended on the way.</param>
public sealed record OpenedSession(SessionRecord Record, JournalWriter Writer, RecoveryReport Recovery)
{
    /// <summary>As it was when it was opened, or later.</summary>
    public SessionManifest Manifest => Record.Manifest;

    /// <summary>Messages that recorders before this one had received in it and could not record.</summary>
    public long LostBefore { get; } = Record.Manifest.Lost;

    /// <summary>Checks what opening took on trust; null when that was nothing.</summary>
    public JournalAudit? Audit { get; init; }

    /// <summary>Checks all that is durable now, whatever was checked before.</summary>
    /// <param name="path">The journal.</param>
    public JournalAudit AuditAll(string path) => new(path, Manifest.EarlierHead, Writer.DurableBytes) { Stated = KnownDamage.Stated(Manifest.KnownDamage) };

    /// <summary>
    /// Ends writing in good order: everything appended is durable, and <c>session.json</c> says how far the
    /// journal is whole, so that the next start finds nothing to repair. The session goes on then.
    /// </summary>
    /// <exception cref="JournalFailedException">The disk refuses; the next start repairs.</exception>
    /// <exception cref="StorageException">The disk refuses; the next start repairs.</exception>
    public void Close()
    {
        using (Writer)
        {
            Writer.Commit();
            Record.Close(Writer.End);
        }
    }
}
