using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Steno.Core.Messages;

// Strings, numbers and words.
internal ref partial struct JsonCursor
{
    private bool TryReadString(out JsonSlice value)
    {
        value = new JsonSlice { Start = _position, Kind = JsonKind.String };
        int at = _position + 1;
        while (true)
        {
            at = IndexOfSpecial(at);
            if (at >= _json.Length) break;
            byte b = _json[at];
            if (b == '"')
            {
                _position = at + 1;
                value.End = _position;
                return true;
            }

            int escape = b == '\\' ? EscapeLength(at) : 0;
            if (escape == 0) break;
            value.Escaped = true;
            at += escape;
        }

        value = default;
        return false;
    }

    /// <summary>The next quote, backslash or control character, or the length if there is none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly int IndexOfSpecial(int at)
    {
        ref byte json = ref MemoryMarshal.GetReference(_json);
        int length = _json.Length;
        for (; at <= length - Vector128<byte>.Count; at += Vector128<byte>.Count)
        {
            Vector128<byte> bytes = Vector128.LoadUnsafe(ref json, (nuint)at);
            Vector128<byte> special = Vector128.Equals(bytes, Vector128.Create((byte)'"'))
                | Vector128.Equals(bytes, Vector128.Create((byte)'\\'))
                | Vector128.LessThan(bytes, Vector128.Create((byte)' '));
            uint mask = special.ExtractMostSignificantBits();
            if (mask != 0) return at + BitOperations.TrailingZeroCount(mask);
        }

        for (; at < length; at++)
        {
            byte b = Unsafe.Add(ref json, at);
            if (b is (byte)'"' or (byte)'\\' or < (byte)' ') return at;
        }

        return length;
    }

    /// <summary>
    /// 2 or 6 for an escape that JSON knows, else 0. Half a surrogate pair is grammatical, and left to who
    /// decodes it.
    /// </summary>
    private readonly int EscapeLength(int at)
    {
        if (at + 1 >= _json.Length) return 0;
        switch (_json[at + 1])
        {
            case (byte)'"' or (byte)'\\' or (byte)'/':
            case (byte)'b' or (byte)'f' or (byte)'n' or (byte)'r' or (byte)'t':
                return 2;
            case (byte)'u':
                return JsonText.TryReadHex4(_json, at + 2, out _) ? 6 : 0;
            default:
                return 0;
        }
    }

    private bool TryReadScalar(out JsonSlice value)
    {
        value = new JsonSlice { Start = _position };
        value.Kind = At(_position) switch
        {
            (byte)'t' => TakeWord("true"u8) ? JsonKind.True : JsonKind.None,
            (byte)'f' => TakeWord("false"u8) ? JsonKind.False : JsonKind.None,
            (byte)'n' => TakeWord("null"u8) ? JsonKind.Null : JsonKind.None,
            (byte)'N' => TakeNotANumber("NaN"u8),
            (byte)'I' => TakeNotANumber("Infinity"u8),
            (byte)'-' when At(_position + 1) == 'I' => TakeNotANumber("-Infinity"u8),
            _ => SkipNumber() ? JsonKind.Number : JsonKind.None,
        };
        value.End = _position;
        return value.Exists;
    }

    private bool TakeWord(ReadOnlySpan<byte> word)
    {
        if (!_json[_position..].StartsWith(word)) return false;
        _position += word.Length;
        return true;
    }

    private JsonKind TakeNotANumber(ReadOnlySpan<byte> word)
    {
        if (!TakeWord(word)) return JsonKind.None;
        Lenient = true;
        return JsonKind.NotANumber;
    }

    private bool SkipNumber()
    {
        int at = _position;
        if (At(at) == '-') at++;
        if (At(at) == '0') at++;
        else if (!SkipDigits(ref at)) return false;

        if (At(at) == '.')
        {
            at++;
            if (!SkipDigits(ref at)) return false;
        }

        if ((At(at) | 0x20) == 'e')
        {
            at++;
            if (At(at) is (byte)'+' or (byte)'-') at++;
            if (!SkipDigits(ref at)) return false;
        }

        _position = at;
        return true;
    }

    private readonly byte At(int at) => (uint)at < (uint)_json.Length ? _json[at] : (byte)0;

    private readonly bool SkipDigits(ref int at)
    {
        int start = at;
        while (char.IsAsciiDigit((char)At(at))) at++;
        return at > start;
    }
}
