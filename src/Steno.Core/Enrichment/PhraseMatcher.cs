using System.Runtime.CompilerServices;

namespace Steno.Core.Enrichment;

/// <summary>Finds phrases among the hits of a text. Not thread-safe.</summary>
internal sealed class PhraseMatcher(CompiledTerms terms)
{
    /// <summary>Words between a configuring verb and the word of architecture that it is done to.</summary>
    private const int ConfiguringReach = 5;

    /// <summary>Hits kept at hand; a text with more is looked through piece by piece.</summary>
    private const int Capacity = 256;

    /// <summary>Hits that a phrase can span; as many must lie behind the one that begins it.</summary>
    private const int SpanMax = 96;

    private readonly WordHit[] _hits = new WordHit[Capacity];
    private int _count;
    private WordHit _configuring;
    private bool _hasConfiguring;

    public void Begin()
    {
        _count = 0;
        _hasConfiguring = false;
    }

    /// <summary>The next word of the text that is of the rules; one that no phrase needs is not kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(WordHit hit, ReadOnlySpan<byte> text, ulong[] found)
    {
        if (_count == Capacity) MakeRoom(text, found);

        // Written down in any case: a branch would be guessed wrong.
        _hits[_count] = hit;
        _count += terms.Roles[hit.Word] == WordRole.None ? 0 : 1;
    }

    private void MakeRoom(ReadOnlySpan<byte> text, ulong[] found)
    {
        Match(Capacity - SpanMax, text, found);
        _hits.AsSpan(Capacity - SpanMax).CopyTo(_hits);
        _count = SpanMax;
    }

    public void End(ReadOnlySpan<byte> text, ulong[] found) => Match(_count, text, found);

    private void Match(int starts, ReadOnlySpan<byte> text, ulong[] found)
    {
        for (int i = 0; i < starts; i++)
        {
            ref readonly WordHit hit = ref _hits[i];
            WordRole role = terms.Roles[hit.Word];
            if ((role & WordRole.Architecture) != 0 && !IsObjectOfWork(in hit, text))
                TermSet.Add(found, terms.ArchitectureOfWord, hit.Word);
            if ((role & WordRole.Configuring) != 0)
            {
                _configuring = hit;
                _hasConfiguring = true;
            }

            // Most words that can begin a phrase begin none: the next of the rules is too far.
            if (i + 1 >= _count || _hits[i + 1].Ordinal - hit.Ordinal > terms.ReachOfWord[hit.Word]) continue;
            foreach (Phrase phrase in terms.PhrasesOfWord[hit.Word])
            {
                // Texts repeat themselves: a term that is found need not be looked for again.
                ref ulong terms64 = ref found[phrase.Term / 64];
                ulong term = 1UL << (phrase.Term % 64);
                if ((terms64 & term) == 0 && IsAt(phrase, 1, i, text)) terms64 |= term;
            }
        }
    }

    private bool IsObjectOfWork(in WordHit hit, ReadOnlySpan<byte> text) =>
        _hasConfiguring
        && hit.Ordinal - _configuring.Ordinal <= ConfiguringReach
        && !EndsSentence(text[_configuring.End..hit.Start]);

    /// <summary>
    /// Whether the rest of a phrase, from word <paramref name="next"/> on, follows behind hit
    /// <paramref name="at"/>.
    /// </summary>
    private bool IsAt(Phrase phrase, int next, int at, ReadOnlySpan<byte> text)
    {
        if (next == phrase.Words.Length) return true;
        ref readonly PhraseWord word = ref phrase.Words[next];
        ref readonly WordHit before = ref _hits[at];
        int nearest = before.Ordinal + (word.GapBefore ? 2 : 1);
        int farthest = before.Ordinal + word.Reach;
        for (int i = at + 1; i < _count && _hits[i].Ordinal <= farthest; i++)
        {
            if (_hits[i].Ordinal < nearest || !word.Is(_hits[i].Word)) continue;
            if (EndsSentence(text[before.End.._hits[i].Start])) return false;
            if (IsAt(phrase, next + 1, i, text)) return true;
        }

        return false;
    }

    /// <summary>
    /// Two words with a full stop and the like between them, or an empty line, belong to two thoughts.
    /// </summary>
    private static bool EndsSentence(ReadOnlySpan<byte> between)
    {
        for (int i = 0; i < between.Length; i++)
        {
            byte next = i + 1 < between.Length ? between[i + 1] : (byte)' ';
            if (between[i] is (byte)'.' or (byte)'!' or (byte)'?' or (byte)';' && next <= ' ') return true;
            if (between[i] == '\n' && next == '\n') return true;
        }

        return false;
    }
}
