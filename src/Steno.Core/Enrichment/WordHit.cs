namespace Steno.Core.Enrichment;

/// <summary>A word of the rules, met in a text, that must be looked at in its place.</summary>
/// <param name="Word">Its number in the table.</param>
/// <param name="Ordinal">How many words of the text came before it.</param>
/// <param name="Start">Byte where it begins.</param>
/// <param name="End">Byte behind it.</param>
internal readonly record struct WordHit(int Word, int Ordinal, int Start, int End);
