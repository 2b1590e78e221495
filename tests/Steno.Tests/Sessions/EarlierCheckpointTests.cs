using System.Text;
using Steno.Core;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Sessions;
using Steno.Views;

namespace Steno.Tests.Sessions;

/// <summary>Checkpoint files of the earlier Python system, and what is not quite one.</summary>
public sealed class EarlierCheckpointTests : IDisposable
{
    private const string Whole = """
        {
          "checkpoint_id": "cp_12", "timestamp": "2025-11-01T10:00:00", "label": "before lunch",
          "message_count": 2, "size_bytes": 77,
          "messages": [
            {"Id": "a",  "Message": "said [ ] { } \" , with \u0000 and ä", "n": 1e999, "n": [1, {"x" : true} , null, []]},
            {}
          ]
        }
        """;

    private readonly TemporaryDirectory _directory = new();
    private readonly LoadedSession _session;

    public EarlierCheckpointTests() => _session = new LoadedSession(_directory.Join("logs"));

    private LogDirectory Logs => _session.Logs;

    public void Dispose()
    {
        _session.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void Each_message_becomes_a_line_as_it_stood_and_our_chain_begins_behind_them()
    {
        _session.Say(1);
        _session.Load(LoadSource.OfFile(Write(Whole)));
        _session.Say(1);
        string[] lines = _session.Lines;
        Assert.Equal("""{"Id": "a",  "Message": "said [ ] { } \" , with \u0000 and ä", "n": 1e999, "n": [1, {"x" : true} , null, []]}""", lines[0]);
        Assert.Equal("{}", lines[1]);
        Assert.Equal(EarlierHead.Find(Logs.CurrentJournal, TestContext.Current.CancellationToken), new EarlierHead(2, Encoding.UTF8.GetByteCount(lines[0]) + 4, _session.Manifest.Earlier!.Head.Sha256));
        Assert.Contains("\"Seq\":3,", lines[2], StringComparison.Ordinal);
        _session.Close();
        Assert.Empty(_session.Open().Recovery.Notes);
        _session.Close();
    }

    [Fact]
    public void What_lies_among_our_checkpoints_is_listed_and_found_by_id_label_and_name()
    {
        Disk.Real.CreateDirectory(Logs.Checkpoints);
        File.WriteAllText(Path.Combine(Logs.Checkpoints, "checkpoint_12.json"), Whole);
        File.WriteAllText(Path.Combine(Logs.Checkpoints, "notes.json"), "{\"mine\": 1}");
        EarlierCheckpoint found = Assert.Single(EarlierCheckpoint.All(Logs));
        Assert.Equal(("cp_12", "before lunch", 2L), (found.Id, found.Label, found.MessageCount!.Value));
        foreach (string name in new[] { "cp_12", "before lunch", "checkpoint_12" })
            Assert.Equal(found, LoadSource.Find(Logs, name, _directory.Join("")).Earlier);
        Assert.Throws<CheckpointRefusedException>(() => LoadSource.Find(Logs, "cp_13", _directory.Join("")));
    }

    [Fact]
    public void An_export_of_ours_comes_back_to_the_byte()
    {
        _session.Say(4);
        CheckpointManifest checkpoint = _session.Checkpoint();
        byte[] journal = File.ReadAllBytes(Logs.CurrentJournal);
        string path = Export(checkpoint);
        _session.Load(LoadSource.OfFile(path));
        Assert.Equal(journal, File.ReadAllBytes(Logs.CurrentJournal)[..journal.Length]);
        Assert.Null(_session.Manifest.Earlier);

        // One that somebody has changed is refused.
        string changed = Write(File.ReadAllText(path).Replace("number 2", "number 7", StringComparison.Ordinal));
        Assert.Contains("from line 3 on", Refusal(changed), StringComparison.Ordinal);
    }

    [Fact]
    public void An_export_of_a_session_with_known_damage_comes_back_with_it_and_is_incomplete()
    {
        _session.Say(6);
        _session.Close();
        string[] lines = _session.Lines;
        File.Delete(Logs.RecoveryFile);
        File.WriteAllLines(Logs.CurrentJournal, [.. lines[..3], lines[4], "{no JSON", .. lines[5..]]);
        OpenedSession opened = _session.Open();
        Assert.Contains(opened.Manifest.KnownDamage, damage => damage.Kind == "missing");
        _session.Say(1);
        CheckpointManifest checkpoint = _session.Checkpoint();
        byte[] journal = File.ReadAllBytes(Logs.CurrentJournal);
        string path = Export(checkpoint);

        _session.New(); // a whole one
        _session.Load(LoadSource.OfFile(path));
        Assert.Equal(journal, File.ReadAllBytes(Logs.CurrentJournal)[..journal.Length]);
        KnownDamage hole = Assert.Single(_session.Manifest.KnownDamage, damage => damage is { Kind: "missing", Session: null });
        Assert.Equal((4, 4), (hole.FirstSeq, hole.LastSeq));
        Assert.Contains("\"damaged_places\":", _session.Lines.Single(line => line.Contains("\"event\":\"checkpoint_loaded\"", StringComparison.Ordinal)), StringComparison.Ordinal);

        string changed = Write(File.ReadAllText(path).Replace("number 5", "number 7", StringComparison.Ordinal));
        Assert.Contains("from line 4 on", Refusal(changed), StringComparison.Ordinal);
    }

    [Fact]
    public void An_export_has_each_line_to_the_byte_whatever_it_ends_in_and_however_its_own_line_ends_were_changed()
    {
        _session.Close();
        File.Delete(Logs.SessionFile);
        File.Delete(Logs.RecoveryFile);
        string[] earlier =
        [
            "{\"Id\": \"a\", \"n\": [1, 2]}", "{\"Id\": \"b\"}\r", "{\"Id\":\"c\",\r\"n\":1}", " {} ", "{\"damaged_base64\":\"AAAA\"}", "", "no JSON", "{} {}",
            new string('[', 998) + new string(']', 998), "{\"deep\":" + new string('[', 998) + new string(']', 998) + "}",
        ];
        File.WriteAllText(Logs.CurrentJournal, string.Concat(earlier.Select(line => line + "\n")));
        _session.Open();
        _session.Say(4);
        _session.Close();
        string[] lines = File.ReadAllText(Logs.CurrentJournal).TrimEnd('\n').Split('\n');
        int third = Array.FindIndex(lines, line => line.Contains("number 3", StringComparison.Ordinal));
        File.Delete(Logs.RecoveryFile);
        File.WriteAllText(Logs.CurrentJournal, string.Concat(lines.Select((line, at) => line + (at == third ? "\r\n" : "\n"))));
        Assert.NotEmpty(_session.Open().Manifest.KnownDamage);
        _session.Say(1);
        CheckpointManifest checkpoint = _session.Checkpoint();
        byte[] journal = File.ReadAllBytes(Logs.CurrentJournal);
        string text = File.ReadAllText(Export(checkpoint));

        Assert.Contains("\n{\"Id\": \"a\", \"n\": [1, 2]},\n", text, StringComparison.Ordinal); // earlier tools read it
        _session.Load(LoadSource.OfFile(Write(text)));
        Assert.Equal(journal, File.ReadAllBytes(Logs.CurrentJournal)[..journal.Length]);
        Assert.NotEmpty(_session.Manifest.KnownDamage);
        _session.Load(LoadSource.OfFile(Write(text.Replace("\n", "\r\n", StringComparison.Ordinal))));
        Assert.Equal(journal, File.ReadAllBytes(Logs.CurrentJournal)[..journal.Length]);
    }

    [Fact]
    public void Of_several_of_one_label_the_whole_one_is_taken_and_else_all_are_named()
    {
        Disk.Real.CreateDirectory(Logs.Checkpoints);
        string[] files = [.. Enumerable.Range(1, 3).Select(n => Path.Combine(Logs.Checkpoints, $"checkpoint_{n}.json"))];
        File.WriteAllText(files[0], Whole[..^40]); // cut
        File.WriteAllText(files[1], Whole);
        Assert.Equal(files[1], Find("before lunch").Earlier!.File);
        File.WriteAllText(files[2], Whole);
        CheckpointRefusedException refused = Assert.Throws<CheckpointRefusedException>(() => Find("before lunch"));
        Assert.StartsWith("3 checkpoints of the earlier system", refused.Message, StringComparison.Ordinal);
        Assert.All(files, file => Assert.Contains(file, refused.Message, StringComparison.Ordinal));
        Assert.Equal(files[2], Find("checkpoint_3").Earlier!.File);
    }

    [Theory]
    [InlineData("/nope", "There is no file /nope.")]
    [InlineData("./nope.json", "There is no file ")]
    [InlineData("./", "is no file, but a directory")]
    [InlineData("/dev/null", "is no file, but a device")]
    [InlineData("pipe.json", "is no file, but a named pipe")]
    public void What_is_no_file_where_one_is_named_is_said_to_be_none(string which, string said)
    {
        using (var made = System.Diagnostics.Process.Start("mkfifo", _directory.Join("pipe.json"))) made.WaitForExit();
        CheckpointRefusedException refused = Assert.Throws<CheckpointRefusedException>(() => Find(which));
        Assert.Contains(said, refused.Message, StringComparison.Ordinal);
        Assert.Contains("`steno checkpoint list`", refused.Hint, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("", "no whole JSON")]
    [InlineData("[]", "no JSON object")]
    [InlineData("null", "no JSON object")]
    [InlineData("{\"checkpoint_id\":\"x\"}", "it has no \"messages\"")]
    [InlineData("{\"messages\":[]}", "it has no message")]
    [InlineData("{\"messages\":[{}]", "no whole JSON")]
    [InlineData("{\"messages\":[{}]} x", "no whole JSON")]
    [InlineData("{\"messages\":[{\"a\":\"b\0\"}]}", "no whole JSON")]
    [InlineData("{\"messages\":[{\"a\":NaN}]}", "no whole JSON")]
    [InlineData("{\"messages\":[{}],\"messages\":[{}]}", "it has a key twice")]
    [InlineData("{\"checkpoint_id\":\"a\",\"checkpoint_id\":\"b\",\"messages\":[{}]}", "it has a key twice")]
    [InlineData("{\"messages\":{}}", "are no list")]
    [InlineData("{\"messages\":[1]}", "its message 1 is no object")]
    [InlineData("{\"messages\":[{},\"x\"]}", "its message 2 is no object")]
    [InlineData("{\"messages\":[{},[{}]]}", "its message 2 is no object")]
    [InlineData("{\"checkpoint_id\":7,\"messages\":[{}]}", "its \"checkpoint_id\" is no text")]
    [InlineData("{\"label\":[],\"messages\":[{}]}", "its \"label\" is no text")]
    [InlineData("{\"label\":\"\\ud800\",\"messages\":[{}]}", "\"label\" is no text")]
    [InlineData("{\"message_count\":\"1\",\"messages\":[{}]}", "its \"message_count\" is no whole number")]
    [InlineData("{\"message_count\":-1,\"messages\":[{}]}", "its \"message_count\" is no whole number")]
    [InlineData("{\"message_count\":2,\"messages\":[{}]}", "it says that it has 2 messages, and has 1")]
    public void A_file_that_is_none_is_refused_with_its_reason_and_changes_nothing(string json, string reason)
    {
        string before = File.ReadAllText(Logs.CurrentJournal);
        Assert.Contains(reason, Refusal(Write(json)), StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(Logs.CurrentJournal));
        Assert.Empty(Directory.GetFiles(Logs.Root, "*.loading*"));
    }

    [Fact]
    public void Bytes_that_are_no_text_and_files_that_are_none_are_refused()
    {
        string path = _directory.Join("bytes.json");
        File.WriteAllBytes(path, [.. "{\"messages\":[{\"a\":\""u8, 0xff, .. "\"}]}"u8]);
        Assert.Contains("not UTF-8", Refusal(path), StringComparison.Ordinal);
        Assert.Throws<StorageException>(() => LoadSource.OfFile(_directory.Join("nothing.json")));
        Assert.ThrowsAny<StenoException>(() => LoadSource.OfFile(_directory.Join("")));
    }

    [Fact]
    public void A_large_file_with_a_long_message_is_read_piece_by_piece()
    {
        string path = _directory.Join("large.json");
        using (StreamWriter file = new(path))
        {
            file.Write("\uFEFF{\"messages\": [{\"a\": \"" + new string('x', 3 << 20) + "\"}");
            for (int n = 0; n < 20_000; n++) file.Write($",\n  {{\"n\": {n}{(n % 2 == 0 ? ",\n" : ",")}\"text\":\"of {n}\"}}");
            file.Write("], \"message_count\": 20001}");
        }

        _session.Load(LoadSource.OfFile(path));
        Assert.Equal(20_001, _session.Manifest.Earlier!.Lines);
        Assert.Equal("{\"n\":19998,\"text\":\"of 19998\"}", _session.Lines[19_999]); // it stood on two lines
        Assert.Equal("{\"n\": 19999,\"text\":\"of 19999\"}", _session.Lines[20_000]);
    }

    private string Refusal(string path)
    {
        CheckpointLoader loader = _session.Loader();
        StenoException refused = Assert.ThrowsAny<StenoException>(() => loader.Prepare(new EarlierCheckpoint(path)));
        loader.Undo();
        Assert.Contains("othing was changed", refused.Hint, StringComparison.Ordinal);
        return refused.Message;
    }

    private LoadSource Find(string which) => LoadSource.Find(Logs, which, _directory.Join(""));

    private string Export(CheckpointManifest checkpoint)
    {
        using MemoryStream bytes = new();
        new CheckpointExport(Logs, checkpoint).WriteTo(piece => bytes.Write(piece));
        return Write(Encoding.UTF8.GetString(bytes.ToArray()));
    }

    private string Write(string json)
    {
        string path = _directory.Join($"{Guid.NewGuid():N}.json");
        File.WriteAllText(path, json);
        return path;
    }
}
