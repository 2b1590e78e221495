namespace Steno.Core.Verification;

/// <summary>A session whose journal was read from its first byte to its last.</summary>
/// <param name="Id">Null where nothing says it any more, as in folders of the earlier system.</param>
/// <param name="LastSeq">The last line.</param>
/// <param name="Bytes">Of the journal, as far as it was read.</param>
public sealed record CheckedSession(Guid? Id, string Journal, bool IsCurrent, long LastSeq, long Bytes);
