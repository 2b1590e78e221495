using System.Buffers.Text;

namespace Steno.Core.Messages;

/// <summary>
/// Where the members of a metadata object lie that number a publisher's messages. The same code reads what an
/// agent sent and what a journal line kept of it: they must never differ.
/// </summary>
internal struct NumberMembers
{
    private JsonSlice _run;
    private JsonSlice _seq;
    private JsonSlice _last;
    private JsonSlice _end;

    /// <summary>Keys of these lengths may be meant.</summary>
    public static bool MayBe(ReadOnlySpan<byte> key) =>
        key.Length is 13 or 14 && key.StartsWith("publisher_"u8);

    public static bool Is(ReadOnlySpan<byte> key) => MayBe(key) && (key.Length == 13
        ? key.EndsWith("run"u8) || key.EndsWith("seq"u8) || key.EndsWith("end"u8)
        : key.EndsWith("last"u8));

    /// <summary>Takes a member; of a key that occurs twice the last one counts.</summary>
    public void Take(ReadOnlySpan<byte> key, in JsonSlice value)
    {
        if (!Is(key)) return;
        switch (key[^1])
        {
            case (byte)'n':
                _run = value;
                break;
            case (byte)'q':
                _seq = value;
                break;
            case (byte)'d':
                _end = value;
                break;
            default:
                _last = value;
                break;
        }
    }

    /// <summary>
    /// What they say together; nothing if any of them is not what it must be: a number that is half
    /// understood proves nothing.
    /// </summary>
    /// <param name="scratch">Anything may stand in it; it is written over.</param>
    public readonly PublisherNumber Read(ReadOnlySpan<byte> json, LineBuffer scratch)
    {
        if (_run.Kind != JsonKind.String || !TryReadRun(json, scratch, out Guid run)) return default;
        if (!TryReadNumber(json, _seq, least: 1, out long seq)) return default;
        if (!TryReadNumber(json, _last, least: 0, out long last)) return default;
        if (_end.Kind is not (JsonKind.None or JsonKind.True or JsonKind.False)) return default;
        if (!_seq.Exists && !_last.Exists) return default;
        if (_last.Exists && last < seq) return default;
        bool isEnd = _end.Kind == JsonKind.True;
        if (isEnd && !_last.Exists) last = seq;
        return new PublisherNumber(run, seq, last, isEnd);
    }

    private readonly bool TryReadRun(ReadOnlySpan<byte> json, LineBuffer scratch, out Guid run)
    {
        ReadOnlySpan<byte> text = _run.Inner(json);
        if (_run.Escaped)
        {
            scratch.Truncate(0);
            JsonText.Decode(text, scratch);
            text = scratch.Written;
        }

        run = Guid.Empty;
        char format = text.Length == 36 ? 'D' : 'N';
        return text.Length is 36 or 32 && Utf8Parser.TryParse(text, out run, out int read, format)
            && read == text.Length && run != Guid.Empty;
    }

    private static bool TryReadNumber(
        ReadOnlySpan<byte> json, in JsonSlice value, long least, out long number)
    {
        number = 0;
        if (!value.Exists) return true;
        ReadOnlySpan<byte> text = value.Of(json);
        return value.Kind == JsonKind.Number && Utf8Parser.TryParse(text, out number, out int read)
            && read == text.Length && number >= least && number <= PublisherNumber.Max;
    }
}
