namespace Steno.Core.Numbering;

/// <summary>A session that another takes the place of.</summary>
/// <param name="LastSeq">Its last line: those behind it are written in the next session.</param>
/// <param name="IsOrderly">It ended whole and was judged, so that its verdict stands in the archive.</param>
public readonly record struct EndedSession(Guid Id, long LastSeq, bool IsOrderly);
