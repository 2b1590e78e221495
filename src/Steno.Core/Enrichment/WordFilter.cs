using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Steno.Core.Enrichment;

/// <summary>
/// Tells of most words that they are in no rule, by their first two bytes and their length: a fraction of the
/// work of asking the table. What it lets through may be in one. Case does not matter. Immutable.
/// </summary>
internal sealed class WordFilter
{
    private const int Letters = 32;

    // Bit n: some word that begins so has n bytes, modulo 32.
    private readonly uint[] _lengths = new uint[Letters * Letters];

    /// <param name="words">All words of the rules, in UTF-8; none is empty.</param>
    public WordFilter(IEnumerable<byte[]> words)
    {
        foreach (byte[] word in words)
        {
            // Behind a word of one byte stands whatever the text has there.
            int from = word.Length == 1 ? 0 : word[1] % Letters;
            int to = word.Length == 1 ? Letters - 1 : from;
            for (int second = from; second <= to; second++)
                _lengths[(word[0] % Letters) + (Letters * second)] |= 1u << word.Length; // C# takes 5 bits of it
        }
    }

    /// <summary>1: the word may be of the rules; 0: it is not. No branch: which it is cannot be foretold.</summary>
    /// <param name="word">Its first byte; the one behind is there to be read.</param>
    /// <param name="length">In bytes, at least 1.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int MayHold(ref readonly byte word, int length)
    {
        int place = (word % Letters) + (Unsafe.Add(ref Unsafe.AsRef(in word), 1) % Letters * Letters);
        return (int)(Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_lengths), place) >> length) & 1;
    }
}
