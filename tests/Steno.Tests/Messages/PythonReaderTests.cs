using System.Text;
using Steno.Core.Enrichment;
using Steno.Core.Messages;

namespace Steno.Tests.Messages;

public sealed class PythonReaderTests
{
    private const string Script = """
        import base64, json, sys
        for line in sys.stdin.buffer:
            line = json.loads(line)
            wire, b64 = line["Wire"], line["Wire"].get("encoding", [])
            message = base64.b64decode(line["Message"]) if "Message" in b64 else line["Message"].encode()
            json.dumps(line, ensure_ascii=False).encode()
            print(base64.b64encode(wire["head"].encode() + message + wire["tail"].encode()).decode())
        """;

    [Fact]
    public void Python_loads_every_line_and_puts_the_same_bytes_together()
    {
        // Every single-byte change of real messages: a corpus without chance.
        var payloads = new List<byte[]>();
        foreach (byte[] payload in RealMessages.Bytes)
        {
            payloads.Add(payload);
            for (int at = 0; at < payload.Length; at++)
            {
                byte[] changed = [.. payload];
                changed[at] = (byte)(changed[at] ^ (1 << (at % 8)));
                payloads.Add(changed);
                payloads.Add(payload[..at]);
            }
        }

        var composer = new LineComposer(RuleSet.BuiltIn);
        var input = new MemoryStream();
        foreach (byte[] payload in payloads)
        {
            input.Write(Composed.Line(composer, [payload], 1));
            input.WriteByte((byte)'\n');
        }

        (int exitCode, string output) = Python.Run(Script, input.ToArray());

        Assert.True(exitCode == 0, output);
        Assert.Equal(payloads.Select(Convert.ToBase64String), output[..^1].Split('\n'));
    }

    [Fact]
    public void Word_and_character_counts_are_those_of_Python()
    {
        const string Text = "Über  alles\u00a0und 漢字\u3000😀\tfünf\n";
        const string Count = "import sys; t = sys.stdin.buffer.read().decode(); print(len(t.split()), len(t))";
        RecordedMessage message = Composed.Message(Text);

        Assert.Equal((0, $"{message.WordCount} {message.CharCount}\n"), Python.Run(Count, Encoding.UTF8.GetBytes(Text)));
    }
}
