using System.IO.Hashing;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Text;

namespace Steno.Core.Enrichment;

/// <summary>
/// Labels texts by a rule set, in one pass over their bytes. Not thread-safe; keeps its scratch.
/// </summary>
internal sealed class Enricher
{
    /// <summary>
    /// Patterns look at no more of a text than this, in bytes: they are a hundred times slower than words.
    /// </summary>
    public const int PatternBytesMax = 1024 * 1024;

    /// <summary>Words at hand, an ordinary text's; a longer one is looked through piece by piece.</summary>
    private const int CandidatesMax = 256;

    /// <summary>Words that can end within one block.</summary>
    private const int WordsPerBlock = (TextBlock.Length / 2) + 1;

    private readonly RuleSet _rules;
    private readonly CompiledTerms _terms;
    private readonly PhraseMatcher _phrases;
    private readonly ulong[] _found;
    private readonly WordCandidate[] _candidates = new WordCandidate[CandidatesMax];
    private char[] _chars = [];

    public Enricher(RuleSet rules)
    {
        _rules = rules;
        _terms = rules.Terms;
        _phrases = new PhraseMatcher(_terms);
        _found = new ulong[_terms.SetLength];
    }

    /// <param name="text">Valid UTF-8.</param>
    public Labels Label(ReadOnlySpan<byte> text)
    {
        var labels = new Labels { ContentHash = XxHash128.HashToUInt128(text) };
        Array.Clear(_found);
        _phrases.Begin();
        Pass(text, ref labels);
        _phrases.End(text, _found);
        bool isAscii = labels.CharCount == text.Length;
        if (AsksSomething(text, isAscii)) TermSet.Add(_found, _terms.QuestionMark);
        if (_terms.Patterns.Length > 0) MatchPatterns(text);
        _rules.Judge(_found, ref labels);
        return labels;
    }

    private void Pass(ReadOnlySpan<byte> text, ref Labels labels)
    {
        ref byte bytes = ref MemoryMarshal.GetReference(text);
        WordFilter filter = _terms.Filter;
        Span<byte> padded = stackalloc byte[TextBlock.Length];
        var beyondAscii = default(BeyondAscii);
        bool inWord = false;
        int wordStart = 0, words = 0, continuations = 0, candidates = 0, ordinal = 0;
        ulong lastInWord = 0, lastNotSpace = 0;
        bool wasHigh = false;
        for (int at = 0; at < text.Length; at += TextBlock.Length)
        {
            TextBlock block;
            ulong valid = ulong.MaxValue;
            if (text.Length - at >= TextBlock.Length)
            {
                block = new TextBlock(ref Unsafe.Add(ref bytes, at));
            }
            else
            {
                // The last block is short: the zero bytes behind it are neither words nor characters.
                padded.Clear();
                text[at..].CopyTo(padded);
                block = new TextBlock(ref MemoryMarshal.GetReference(padded));
                valid = (1UL << (text.Length - at)) - 1;
            }

            ulong word = block.Word, space = block.Space;
            if (block.High != 0 || wasHigh)
            {
                ulong leads = block.High & ~block.Continuation;
                beyondAscii.Classify(text, at, leads, out ulong separators, out ulong spaces);
                word = (word | block.High) & ~separators;
                space |= spaces;
                continuations += BitOperations.PopCount(block.Continuation);
                wasHigh = block.High != 0;
            }

            ulong notSpace = ~space & valid;
            words += BitOperations.PopCount(notSpace & ~((notSpace << 1) | lastNotSpace));
            lastNotSpace = notSpace >> 63;

            // A word begins where the byte before is none of a word, and ends behind one that is.
            ulong before = (word << 1) | lastInWord;
            ulong starts = word & ~before;
            ulong ends = before & ~word;
            lastInWord = word >> 63;
            if (candidates > CandidatesMax - WordsPerBlock)
            {
                Settle(text, candidates);
                candidates = 0;
            }

            for (; ends != 0; ends &= ends - 1)
            {
                // Only the first end of a block may belong to a word that began in the block before.
                if (!inWord)
                {
                    wordStart = at + BitOperations.TrailingZeroCount(starts);
                    starts &= starts - 1;
                }

                inWord = false;
                int end = at + BitOperations.TrailingZeroCount(ends);
                _candidates[candidates] = new WordCandidate(wordStart, end, ordinal++);
                candidates += MayBeKnown(filter, text, wordStart, end);
            }

            if (starts == 0) continue;
            wordStart = at + BitOperations.TrailingZeroCount(starts);
            inWord = true;
        }

        if (inWord) _candidates[candidates++] = new WordCandidate(wordStart, text.Length, ordinal);
        Settle(text, candidates);
        labels.WordCount = words;
        labels.CharCount = text.Length - continuations;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int MayBeKnown(WordFilter filter, ReadOnlySpan<byte> text, int start, int end) =>
        end == text.Length ? 1 : filter.MayHold(in Unsafe.Add(ref MemoryMarshal.GetReference(text), start), end - start);

    private void Settle(ReadOnlySpan<byte> text, int count)
    {
        foreach (ref readonly WordCandidate candidate in _candidates.AsSpan(0, count))
        {
            int word = _terms.Words.Find(KeyOf(text, candidate.Start, candidate.End));
            if (word < 0) continue;
            TermSet.Add(_found, _terms.TermsOfWord, word);
            _phrases.Add(new WordHit(word, candidate.Ordinal, candidate.Start, candidate.End), text, _found);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static WordKey KeyOf(ReadOnlySpan<byte> text, int start, int end)
    {
        int length = end - start;
        bool isRare = length > WordKey.BytesMax || text.Length - start < WordKey.BytesMax;
        if (isRare) return WordKey.Of(text[start..end]);

        // Sixteen bytes are there to be read, whatever they are.
        ref byte bytes = ref MemoryMarshal.GetReference(text);
        return WordKey.OfShort(Vector128.LoadUnsafe(ref bytes, (nuint)start), length);
    }

    /// <summary>A question mark that is not within a word, as those in addresses are.</summary>
    private static bool AsksSomething(ReadOnlySpan<byte> text, bool isAscii)
    {
        ReadOnlySpan<byte> rest = text;
        for (int at = rest.IndexOf((byte)'?'); at >= 0; at = rest.IndexOf((byte)'?'))
        {
            rest = rest[(at + 1)..];
            if (rest.IsEmpty || !char.IsAsciiLetterOrDigit((char)rest[0])) return true;
        }

        return !isAscii && text.IndexOf("？"u8) >= 0;
    }

    private void MatchPatterns(ReadOnlySpan<byte> text)
    {
        if (text.Length > PatternBytesMax) text = text[..PatternBytesMax];
        if (_chars.Length < text.Length) _chars = new char[text.Length];
        ReadOnlySpan<char> chars = _chars.AsSpan(0, Encoding.UTF8.GetChars(text, _chars));
        foreach ((System.Text.RegularExpressions.Regex pattern, int term) in _terms.Patterns)
            if (pattern.IsMatch(chars)) _found[term / 64] |= 1UL << (term % 64);
    }
}
