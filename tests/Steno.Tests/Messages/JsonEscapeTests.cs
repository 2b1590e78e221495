using System.Text;
using System.Text.Json;
using CsCheck;
using Steno.Core;
using Steno.Core.Messages;

namespace Steno.Tests.Messages;

public sealed class JsonEscapeTests
{
    [Fact]
    public void Every_character_at_every_offset_comes_back_and_no_control_character_stays()
    {
        var line = new LineBuffer(64);
        for (int scalar = 0; scalar < 0x3000; scalar++)
        {
            // Offsets around the border of a vector, with something behind and with nothing.
            string character = new Rune(scalar).ToString();
            foreach (int before in new[] { 0, 1, 14, 15, 16 })
            {
                foreach (string after in new[] { "", "y", "yyyyyyyyyyyyyyyyy" })
                {
                    string text = new string('x', before) + character + after;
                    line.Truncate(0);
                    JsonEscape.WriteString(line, text);
                    string escaped = Encoding.UTF8.GetString(line.Written);
                    Assert.DoesNotContain(escaped, char.IsControl);
                    Assert.Equal(text, JsonSerializer.Deserialize<string>(escaped));
                }
            }
        }
    }

    [Fact]
    public void A_text_of_many_pieces_comes_back_wherever_the_pieces_part()
    {
        var line = new LineBuffer(64);
        for (int before = 0; before < 8; before++)
        {
            string text = new string('x', before) + string.Concat(Enumerable.Repeat("\u009bé漢😀\"\n", 4000));
            line.Truncate(0);
            JsonEscape.WriteString(line, text);
            Assert.Equal(text, JsonSerializer.Deserialize<string>(line.Written));
        }
    }

    [Fact]
    public void Any_mixture_comes_back() =>
        Gen.String[Gen.Char["ab\"\\\n\t\0\u007f\u0085é漢"], 0, 70].Sample(text =>
        {
            var line = new LineBuffer(8);
            JsonEscape.WriteString(line, text);
            Assert.DoesNotContain(Encoding.UTF8.GetString(line.Written), char.IsControl);
            Assert.Equal(text, JsonSerializer.Deserialize<string>(line.Written));
        });
}
