using System.Text;
using System.Text.RegularExpressions;
using Steno.Core;
using Steno.Core.Enrichment;
using Steno.Core.Messages;

namespace Steno.Tests.Messages;

/// <summary>
/// docs/journal-format.md is right: its sample line, its flags, and its verifier, which runs as it stands
/// there.
/// </summary>
public sealed class JournalFormatDocumentTests : IDisposable
{
    private const string Document = "docs/journal-format.md";
    private const string EarlierLine = """{"Id":"1","SpeakerName":"a","SpeakerRole":"Agent","Message":"m","ConversationType":0,"ContextId":"","Metadata":{}}""";

    private readonly DirectoryInfo _directory = Directory.CreateTempSubdirectory("steno-format-");

    public void Dispose() => _directory.Delete(recursive: true);

    [Fact]
    public void The_sample_line_is_what_the_sample_message_becomes()
    {
        byte[] payload = Encoding.UTF8.GetBytes(Repository.Block(Document, "json message"));
        byte[] line = Composed.Line(new LineComposer(RuleSet.BuiltIn), ["gemini_cli"u8.ToArray(), payload], 1);

        Assert.Equal(Repository.Block(Document, "json line"), Encoding.UTF8.GetString(line));
    }

    [Fact]
    public void Every_flag_is_described()
    {
        string document = File.ReadAllText(Path.Combine(Repository.Root, Document));

        Assert.All(OddityNames.All, flag => Assert.Contains($"| `{flag}` |", document, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void The_verifier_of_the_document_agrees_with_us(int earlierLines)
    {
        List<byte[]> lines = Journal(earlierLines);

        Assert.Equal((0, "15 lines verified\n"), Verify(lines));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(2)]
    public void The_verifier_finds_every_changed_removed_doubled_or_swapped_line(int earlierLines)
    {
        List<byte[]> lines = Journal(earlierLines);

        List<byte[]> changed = [.. lines];
        changed[6] = [.. lines[6]];
        changed[6][30] ^= 1;
        Assert.Equal((1, "line 7: the chain is broken\n"), Verify(changed));
        Assert.Equal((1, "line 7: the chain is broken\n"), Verify([.. lines[..6], .. lines[7..]]));
        Assert.Equal((1, "line 8: the chain is broken\n"), Verify([.. lines[..7], .. lines[6..]]));
        Assert.Equal((1, "line 7: the chain is broken\n"), Verify([.. lines[..6], lines[7], lines[6], .. lines[8..]]));
    }

    [Fact]
    public void The_verifier_passes_over_foreign_lines_and_names_them()
    {
        List<byte[]> lines = Journal(0);
        lines.Insert(4, "{\"foreign\":1}"u8.ToArray());

        Assert.Equal((0, "line 5: not written by the recorder\n15 lines verified\n"), Verify(lines));
    }

    [Fact]
    public void The_verifier_has_ten_lines() =>
        Assert.Equal(10, Regex.Count(Repository.Block(Document, "python"), "^.+$", RegexOptions.Multiline));

    private (int, string) Verify(List<byte[]> lines)
    {
        string path = Path.Combine(_directory.FullName, "journal.jsonl");
        using (FileStream file = File.Create(path))
        {
            foreach (byte[] line in lines) file.Write([.. line, (byte)'\n']);
        }

        return Python.Run(Repository.Block(Document, "python"), [], path);
    }

    private static List<byte[]> Journal(int earlierLines)
    {
        var lines = new List<byte[]>();
        byte[] previous = new byte[32];
        for (int i = 0; i < earlierLines; i++) lines.Add(Encoding.UTF8.GetBytes(i == 1 ? "broken" : EarlierLine));
        if (earlierLines > 0)
            previous = System.Security.Cryptography.SHA256.HashData([.. lines.SelectMany(l => (byte[])[.. l, (byte)'\n'])]);

        var composer = new LineComposer(RuleSet.BuiltIn);
        foreach (byte[] payload in RealMessages.Bytes)
        {
            var body = new LineBuffer(64);
            Composed.Compose(composer, [payload], lines.Count + 1, MessageSource.Broker, null, body);
            lines.Add(Composed.Complete(body.Written, previous));
            previous = Convert.FromBase64String(Encoding.ASCII.GetString(lines[^1].AsSpan(lines[^1].Length - 46, 44)));
        }

        return lines;
    }
}
