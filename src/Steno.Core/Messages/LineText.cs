using System.Buffers.Text;

namespace Steno.Core.Messages;

/// <summary>Small values, written into lines.</summary>
internal static class LineText
{
    private const int IntegerLengthMax = 20;

    public static void WriteInteger(this LineBuffer line, long value)
    {
        Utf8Formatter.TryFormat(value, line.GetSpan(IntegerLengthMax), out int written);
        line.Advance(written);
    }
}
