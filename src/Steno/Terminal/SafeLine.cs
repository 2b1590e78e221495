using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;

namespace Steno.Terminal;

/// <summary>
/// An interpolated line whose holes are escaped: <c>screen.Line($"{speaker}: {text}")</c> is safe whatever
/// the agent wrote, for only the literal parts, which stand in our source, reach the terminal as they are.
/// </summary>
[InterpolatedStringHandler]
internal readonly ref struct SafeLine
{
    private readonly StringBuilder _text;
    private readonly bool _colours;

    public SafeLine(int literalLength, int formattedCount, Screen screen)
    {
        _text = new StringBuilder(literalLength + (formattedCount * 16));
        _colours = screen.HasColours;
    }

    public void AppendLiteral(string literal) => _text.Append(literal);

    public void AppendFormatted(string? text) => _text.Append(SafeText.OneLine(text ?? ""));

    public void AppendFormatted(string? text, int alignment)
    {
        _text.Append(Pad(SafeText.OneLine(text ?? ""), alignment));
    }

    public void AppendFormatted(Styled styled) => Append(styled, SafeText.OneLine(styled.Text));

    public void AppendFormatted(Styled styled, int alignment)
    {
        Append(styled, Pad(SafeText.OneLine(styled.Text), alignment));
    }

    public void AppendFormatted<T>(T value, string? format = null)
        where T : IFormattable =>
        _text.Append(SafeText.OneLine(value.ToString(format, CultureInfo.InvariantCulture)));

    public override string ToString() => _text.ToString();

    /// <summary>By columns, not by characters.</summary>
    private static string Pad(string safe, int alignment)
    {
        string room = new(' ', Math.Max(0, Math.Abs(alignment) - SafeText.ColumnsOf(safe)));
        return alignment < 0 ? safe + room : room + safe;
    }

    private void Append(Styled styled, string safe)
    {
        if (_colours && safe.Length > 0 && styled.Sgr.Length > 0) _text.Append($"\e[{styled.Sgr}m{safe}\e[0m");
        else _text.Append(safe);
    }
}
