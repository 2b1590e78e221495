namespace Steno.Core.Enrichment;

/// <summary>
/// One entry of a rule: a word with its simple inflections, an <c>=exact</c> word, a phrase, a
/// <c>/pattern/</c>, or <c>?</c>.
/// </summary>
/// <param name="Text">As it stands in the file.</param>
/// <param name="Line">Where in the file, from 1.</param>
internal sealed record RuleTerm(string Text, int Line)
{
    public bool IsQuestionMark => Text == "?";

    public bool IsPattern => Text.Length > 2 && Text[0] == '/' && Text[^1] == '/';

    public bool IsExact => Text.StartsWith('=');
}
