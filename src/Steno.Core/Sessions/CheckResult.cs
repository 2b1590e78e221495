namespace Steno.Core.Sessions;

/// <summary>A check of the journal found damage that was not known.</summary>
/// <param name="Session">Whose journal it was.</param>
/// <param name="IsOlder">It is in a part that this recorder had not seen whole.</param>
public sealed record CheckResult(Guid Session, bool IsOlder);
