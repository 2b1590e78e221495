namespace Steno.Views;

/// <summary>The JSON of <c>session new</c> and <c>checkpoint load</c>; documented in <c>docs/cli.md</c>.</summary>
/// <param name="Session">The session that is current now.</param>
/// <param name="Began">Why it began.</param>
/// <param name="Sealed">The session before it, now in the archive.</param>
/// <param name="SealedSeq">Its last line.</param>
/// <param name="Loaded">The checkpoint whose lines it begins with; null for none.</param>
/// <param name="LoadedLines">How many; 0 for none.</param>
/// <param name="BeforeLoad">The checkpoint that was made of the session before; null for none.</param>
internal sealed record BegunSessionAnswer(
    int SchemaVersion, string Session, string? Name, string Began, string Sealed, long SealedSeq, string? Loaded, long LoadedLines,
    string? BeforeLoad);
