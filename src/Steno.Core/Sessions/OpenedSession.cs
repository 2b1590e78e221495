using Steno.Core.Journal;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>A session that is being written.</summary>
/// <param name="Manifest">As saved when it was opened.</param>
/// <param name="Writer">Owned by whoever opened the session. Everything in it is durable.</param>
/// <param name="Recovery">What was found and mended on the way.</param>
public sealed record OpenedSession(SessionManifest Manifest, JournalWriter Writer, RecoveryReport Recovery);
