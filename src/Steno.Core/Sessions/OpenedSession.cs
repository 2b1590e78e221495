using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>A session that is being written.</summary>
/// <param name="Manifest">As saved when it was opened.</param>
/// <param name="Writer">Owned by whoever opened the session. Everything in it is durable.</param>
/// <param name="Recovery">What was found and mended on the way.</param>
public sealed record OpenedSession(SessionManifest Manifest, JournalWriter Writer, RecoveryReport Recovery)
{
    /// <summary>
    /// Ends writing in good order: everything appended is durable, and <c>session.json</c> says how far the journal is
    /// whole, so that the next start finds nothing to repair. The session goes on then.
    /// </summary>
    /// <exception cref="JournalFailedException">The disk refuses; the next start repairs.</exception>
    public void Close(LogDirectory directory, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(directory);
        ArgumentNullException.ThrowIfNull(time);
        using (Writer)
        {
            Writer.Commit();
            SessionManifest closed = Manifest with { Verified = VerifiedPoint.From(Writer.End, time.GetUtcNow()) };
            closed.Save(directory.SessionFile);
        }
    }
}
