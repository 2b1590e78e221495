namespace Steno.Benchmarks.Payloads;

/// <summary>What a journal was found to hold.</summary>
/// <param name="Messages">Messages that are there, whole and in order.</param>
/// <param name="Missing">Numbers that were sent and are not there.</param>
/// <param name="Lines">All lines, the recorder's own included.</param>
/// <param name="Bytes">The file's length.</param>
/// <param name="Damage">The first thing that is wrong, other than missing messages; null if nothing
/// is.</param>
internal sealed record JournalVerdict(long Messages, long Missing, long Lines, long Bytes, string? Damage);
