namespace Steno.Core.Enrichment;

/// <summary>Words that mean something only in a row.</summary>
/// <param name="Term">The term that is found when the phrase is.</param>
/// <param name="Words">The words, each with the numbers of the forms that it may take.</param>
internal sealed record Phrase(int Term, PhraseWord[] Words);
