using System.Numerics;
using System.Runtime.CompilerServices;

namespace Steno.Core.Enrichment;

/// <summary>
/// Finds words. Most words of a text are in no rule, and are refused by one look into a table that fits the
/// first-level cache. Immutable.
/// </summary>
internal sealed class WordTable
{
    /// <summary>Numbers of words fit 16 bits, so that the slots stay small.</summary>
    public const int WordsMax = ushort.MaxValue - 1;

    // Eight slots a word: seven of eight words of no rule meet an empty one.
    private const int SlotsPerWord = 8;

    // Number of the word plus 1; 0 is an empty slot.
    private readonly ushort[] _slots;
    private readonly WordKey[] _keys;
    private readonly int _shift;

    public WordTable(IReadOnlyList<WordKey> keys)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(keys.Count, WordsMax);
        _keys = [.. keys];
        int bits = Math.Max(6, BitOperations.Log2((uint)(keys.Count * SlotsPerWord)));
        _slots = new ushort[1 << bits];
        _shift = 64 - bits;
        for (int i = 0; i < _keys.Length; i++)
        {
            int slot = Slot(_keys[i]);
            while (_slots[slot] != 0) slot = (slot + 1) & (_slots.Length - 1);
            _slots[slot] = (ushort)(i + 1);
        }
    }

    public int Count => _keys.Length;

    /// <summary>The number of the word, in the order given at construction; -1 if it is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(WordKey key)
    {
        int slot = Slot(key);
        while (true)
        {
            int number = _slots[slot] - 1;
            if (number < 0 || _keys[number].Is(key)) return number;
            slot = (slot + 1) & (_slots.Length - 1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private int Slot(WordKey key)
    {
        ulong mixed = (key.Low * 0x9E37_79B9_7F4A_7C15) ^ ((key.High + key.Low) * 0xC2B2_AE3D_27D4_EB4F);
        return (int)(mixed >> _shift);
    }
}
