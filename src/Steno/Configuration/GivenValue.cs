namespace Steno.Configuration;

/// <summary>What the user wrote for a setting, and where, so that a refusal can say it.</summary>
/// <param name="Values">At least one.</param>
/// <param name="Origin">In words: <c>option --logs</c>, <c>variable STENO_LOGS</c>, a file's path.</param>
/// <param name="Directory">What relative paths are relative to.</param>
internal sealed record GivenValue(IReadOnlyList<string> Values, string Origin, string Directory);
