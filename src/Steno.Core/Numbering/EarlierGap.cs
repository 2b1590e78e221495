namespace Steno.Core.Numbering;

/// <summary>Numbers that were told as missing in a session before the current one.</summary>
/// <param name="Session">That one; null where there are too many to keep apart.</param>
/// <param name="IsJudged">It ended in good order, so that its own verdict says that they are missing.</param>
/// <param name="Numbers">Those that are still missing.</param>
internal sealed record EarlierGap(Guid? Session, bool IsJudged, NumberRanges Numbers);
