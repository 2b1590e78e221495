namespace Steno.Core.Enrichment;

/// <summary>
/// The simple inflections of an English word: plural, -ed, -ing. Forms that no one uses do no harm; forms
/// missing here can be listed in the rules.
/// </summary>
internal static class Inflections
{
    /// <summary>The word itself and its forms. A word that is already a past form has no others.</summary>
    public static IEnumerable<string> Of(string word)
    {
        yield return word;
        if (!word.All(char.IsAsciiLetterLower) || word.EndsWith("ed", StringComparison.Ordinal)) yield break;
        yield return Plural(word);
        if (word.Length <= 2) yield break;

        bool endsInE = word[^1] == 'e';
        string stem = endsInE ? word[..^1] : word;
        yield return word[^1] == 'y' && !IsVowel(word[^2]) ? word[..^1] + "ied" : stem + "ed";
        yield return (word.EndsWith("ee", StringComparison.Ordinal) ? word : stem) + "ing";
        if (endsInE || !DoublesItsEnd(word)) yield break;
        yield return word + word[^1] + "ed";
        yield return word + word[^1] + "ing";
    }

    public static string Plural(string word)
    {
        if (word.Length > 2 && word[^1] == 'y' && !IsVowel(word[^2])) return word[..^1] + "ies";
        bool hisses = word[^1] is 's' or 'x' or 'z'
            || word.EndsWith("ch", StringComparison.Ordinal) || word.EndsWith("sh", StringComparison.Ordinal);
        return hisses && word.Length > 2 ? word + "es" : word + "s";
    }

    // Scan, run, commit: one vowel between consonants. (Edit does not; then both forms are known, and one is
    // never met.)
    private static bool DoublesItsEnd(string word) =>
        !IsVowel(word[^1]) && word[^1] is not ('w' or 'x' or 'y') && IsVowel(word[^2]) && !IsVowel(word[^3]);

    private static bool IsVowel(char c) => c is 'a' or 'e' or 'i' or 'o' or 'u';
}
