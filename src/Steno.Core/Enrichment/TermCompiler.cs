using System.Text;
using System.Text.RegularExpressions;

namespace Steno.Core.Enrichment;

/// <summary>Turns the entries of rules into tables. For one rule set; used once.</summary>
internal sealed class TermCompiler(string path)
{
    private const int PhraseWordsMax = 12;

    private readonly Dictionary<string, int> _words = new(StringComparer.Ordinal);
    private readonly List<WordKey> _keys = [];
    private readonly List<WordRole> _roles = [];
    private readonly List<(int Word, int Term)> _single = [];
    private readonly List<(int Word, int Term)> _architecture = [];
    private readonly List<Phrase> _phrases = [];
    private readonly List<(Regex, int)> _patterns = [];
    private readonly List<int> _questionMark = [];
    private int _count;

    /// <summary>Adds the terms of a group.</summary>
    /// <returns>The numbers of its terms: from the first, to before the second.</returns>
    public Range Add(RuleGroup group, WordRole role = WordRole.None)
    {
        int first = _count;
        foreach (RuleTerm term in group.Terms) Add(term, _count++, role);
        return first.._count;
    }

    public CompiledTerms Compile()
    {
        int setLength = TermSet.LengthFor(_count);
        ulong[] questionMark = new ulong[setLength];
        foreach (int term in _questionMark) questionMark[term / 64] |= 1UL << (term % 64);
        var phrases = new List<Phrase>[_keys.Count];
        foreach (Phrase phrase in _phrases)
            foreach (int form in phrase.Words[0].Forms) (phrases[form] ??= []).Add(phrase);

        return new CompiledTerms
        {
            Words = new WordTable(_keys),
            Filter = new WordFilter(_words.Keys.Select(Encoding.UTF8.GetBytes)),
            SetLength = setLength,
            TermsOfWord = SetsOfWords(_single, setLength),
            ArchitectureOfWord = SetsOfWords(_architecture, setLength),
            Roles = [.. _roles],
            PhrasesOfWord = [.. phrases.Select(list => list?.ToArray() ?? [])],
            ReachOfWord = [.. phrases.Select(list => list?.Max(phrase => phrase.Words[1].Reach) ?? 0)],
            Patterns = [.. _patterns],
            QuestionMark = questionMark,
        };
    }

    private ulong[] SetsOfWords(List<(int Word, int Term)> pairs, int setLength)
    {
        ulong[] sets = new ulong[_keys.Count * setLength];
        foreach ((int word, int term) in pairs) sets[word * setLength + term / 64] |= 1UL << (term % 64);
        return sets;
    }

    private void Add(RuleTerm term, int number, WordRole role)
    {
        if (term.IsQuestionMark) _questionMark.Add(number);
        else if (term.IsPattern) AddPattern(term, number);
        else AddWords(term, number, role);
    }

    private void AddPattern(RuleTerm term, int number)
    {
        const RegexOptions Options =
            RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;
        try
        {
            _patterns.Add((new Regex(term.Text[1..^1], Options), number));
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            throw Refuse(term, $"The pattern {term.Text} is not supported: {e.Message}");
        }
    }

    private void AddWords(RuleTerm term, int number, WordRole role)
    {
        List<string> words = Split(term);
        if (words.Count == 1)
        {
            List<(int, int)> pairs = role == WordRole.Architecture ? _architecture : _single;
            foreach (string form in term.IsExact ? [words[0]] : Inflections.Of(words[0]))
                pairs.Add((Word(form, role), number));
            return;
        }

        var phrase = new List<PhraseWord>();
        bool gap = false;
        for (int i = 0; i < words.Count; i++)
        {
            bool isLast = i == words.Count - 1;
            if (words[i] != "*")
            {
                var forms = new List<int> { Word(words[i], WordRole.InPhrase) };
                if (isLast && !term.IsExact) forms.Add(Word(Inflections.Plural(words[i]), WordRole.InPhrase));
                phrase.Add(new PhraseWord([.. forms], gap));
            }

            gap = words[i] == "*";
        }

        _phrases.Add(new Phrase(number, [.. phrase]));
    }

    /// <summary>The words of an entry, parted as those of texts are: <c>trade-off</c> is two.</summary>
    private List<string> Split(RuleTerm term)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        foreach (char c in term.Text.ToLowerInvariant() + ' ')
        {
            if (char.IsLetterOrDigit(c) || char.IsSurrogate(c))
            {
                word.Append(c);
                continue;
            }

            if (word.Length > 0) words.Add(word.ToString());
            word.Clear();
            if (c == '*') words.Add("*");
        }

        // What a star at the end stands for is there in every sentence that goes on.
        if (words.Count > 1 && words[^1] == "*") words.RemoveAt(words.Count - 1);
        if (words.Count is 0 or > PhraseWordsMax)
            throw Refuse(term, $"'{term.Text}' has {words.Count} words; 1 to {PhraseWordsMax} are possible.");
        if (words[0] == "*") throw Refuse(term, $"'{term.Text}' begins with a star, not with a word.");
        return words;
    }

    private RuleException Refuse(RuleTerm term, string reason) => new(path, term.Line, reason);

    private int Word(string form, WordRole role)
    {
        if (!_words.TryGetValue(form, out int number))
        {
            number = _keys.Count;
            if (number == WordTable.WordsMax)
                throw new RuleException(path, 1, $"There are more than {WordTable.WordsMax} forms of words.");
            _words.Add(form, number);
            _keys.Add(WordKey.Of(Encoding.UTF8.GetBytes(form)));
            _roles.Add(WordRole.None);
        }

        _roles[number] |= role;
        return number;
    }
}
