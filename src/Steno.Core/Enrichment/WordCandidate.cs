namespace Steno.Core.Enrichment;

/// <summary>A word of a text that may be one of the rules.</summary>
/// <param name="Start">Byte where it begins.</param>
/// <param name="End">Byte behind it.</param>
/// <param name="Ordinal">How many words of the text came before it.</param>
internal readonly record struct WordCandidate(int Start, int End, int Ordinal);
