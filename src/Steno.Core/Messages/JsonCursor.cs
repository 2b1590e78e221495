using System.Runtime.CompilerServices;

namespace Steno.Core.Messages;

/// <summary>
/// Walks over JSON text and validates what it passes, without recursion and without allocating. Apart from
/// what it reports as <see cref="Lenient"/> it accepts exactly what a strict reader accepts (a test holds it
/// against System.Text.Json). The bytes must be valid UTF-8; that is checked before, once, and much faster
/// than here.
/// </summary>
/// <remarks>
/// Why not Utf8JsonReader: it costs twice as much, reports no place for values it skips, and refuses what
/// Python writes.
/// </remarks>
internal ref partial struct JsonCursor
{
    /// <summary>Deeper than any honest message, and one bit a level keeps the stack at 2 KiB.</summary>
    public const int DepthMax = 16 * 1024;

    private readonly ReadOnlySpan<byte> _json;
    private readonly ulong[] _nesting;
    private int _position;

    /// <param name="json">Valid UTF-8.</param>
    /// <param name="start">Where to begin.</param>
    /// <param name="nesting">Scratch from <see cref="NewNesting"/>, lent for the lifetime of the
    /// cursor.</param>
    public JsonCursor(ReadOnlySpan<byte> json, int start, ulong[] nesting)
    {
        _json = json;
        _position = start;
        _nesting = nesting;
    }

    public readonly int Position => _position;

    /// <summary>The deepest nesting passed over inside skipped values.</summary>
    public int Deepest { get; private set; }

    /// <summary>A value was given up because it nests deeper than <see cref="DepthMax"/>.</summary>
    public bool TooDeep { get; private set; }

    /// <summary>Something was accepted that is not JSON by the letter.</summary>
    public bool Lenient { get; private set; }

    public static ulong[] NewNesting() => new ulong[DepthMax / 64];

    /// <summary>The next byte that is not white space, or 0 at the end; stays before it.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public byte Peek()
    {
        int at = _position;
        while ((uint)at < (uint)_json.Length)
        {
            byte b = _json[at];
            if (b > ' ' || (b != ' ' && b != '\n' && b != '\r' && b != '\t'))
            {
                _position = at;
                return b;
            }

            at++;
        }

        _position = at;
        return 0;
    }

    /// <summary>Steps over <paramref name="wanted"/> if it comes next.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryTake(byte wanted)
    {
        if (Peek() != wanted || wanted == 0) return false;
        _position++;
        return true;
    }

    /// <summary>
    /// True if nothing but white space, or the zero bytes that C senders leave there, follows.
    /// </summary>
    public bool AtEnd()
    {
        if (Peek() != 0) return false;
        if (_position == _json.Length) return true;
        if (_json[_position..].ContainsAnyExcept((byte)0)) return false;
        Lenient = true;
        return true;
    }

    /// <summary>
    /// Reads a member's name and its colon. The cursor is behind the <c>{</c> or behind a comma.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryReadName(out JsonSlice name)
    {
        if (Peek() != '"')
        {
            name = default;
            return false;
        }

        return TryReadString(out name) && TryTake((byte)':');
    }

    /// <summary>
    /// Reads a value of any kind as a whole. On failure <paramref name="value"/> does not exist.
    /// </summary>
    public bool TryReadValue(out JsonSlice value)
    {
        switch (Peek())
        {
            case (byte)'"':
                return TryReadString(out value);
            case (byte)'{':
            case (byte)'[':
                JsonKind kind = _json[_position] == '{' ? JsonKind.Object : JsonKind.Array;
                value = new JsonSlice { Start = _position, Kind = kind };
                if (SkipContainer())
                {
                    value.End = _position;
                    return true;
                }

                value = default;
                return false;
            default:
                return TryReadScalar(out value);
        }
    }

    /// <summary>
    /// Passes over an object or array. Bit n of the nesting says whether level n is an object.
    /// </summary>
    private bool SkipContainer()
    {
        int depth = 0;
        while (true)
        {
            // A value is expected here.
            byte next = Peek();
            if (next is (byte)'{' or (byte)'[')
            {
                if (depth == DepthMax)
                {
                    TooDeep = true;
                    return false;
                }

                bool isObject = next == '{';
                Push(depth++, isObject);
                if (depth > Deepest) Deepest = depth;
                _position++;
                if (!TryTake(isObject ? (byte)'}' : (byte)']'))
                {
                    if (isObject && !TryReadName(out _)) return false;
                    continue;
                }

                depth--;
            }
            else if (!(next == '"' ? TryReadString(out _) : TryReadScalar(out _)))
            {
                return false;
            }

            // A value has ended: so may the containers around it.
            while (true)
            {
                if (depth == 0) return true;
                bool inObject = IsObject(depth - 1);
                next = Peek();
                if (next == ',')
                {
                    _position++;
                    if (inObject && !TryReadName(out _)) return false;
                    break;
                }

                if (next != (inObject ? (byte)'}' : (byte)']')) return false;
                _position++;
                depth--;
            }
        }
    }

    private readonly void Push(int level, bool isObject)
    {
        ulong bit = 1UL << (level & 63);
        ref ulong bits = ref _nesting[level >> 6];
        bits = isObject ? bits | bit : bits & ~bit;
    }

    private readonly bool IsObject(int level) => (_nesting[level >> 6] & (1UL << (level & 63))) != 0;
}
