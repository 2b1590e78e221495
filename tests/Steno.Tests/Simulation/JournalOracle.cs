using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Steno.Core.Files;

namespace Steno.Tests.Simulation;

/// <summary>
/// What must be true of a log directory after whatever happened to its disk. It shares no code with the reader
/// and the chain of the product.
/// </summary>
internal sealed class JournalOracle
{
    private readonly Dictionary<string, Journal> _byId = [];
    private readonly List<string> _violations = [];

    private JournalOracle(LogDirectory logs)
    {
        foreach (string path in Directory.Exists(logs.Archive) ? Directory.GetFiles(logs.Archive, "*.jsonl") : []) Read(path);
        Current = Read(logs.CurrentJournal);
    }

    private Journal? Current { get; }

    /// <summary>The first sentence of what is wrong; null if nothing is.</summary>
    /// <param name="recorded">Every line that was called recorded, in this order, newline and all.</param>
    /// <param name="said">Texts of all messages that were heard.</param>
    /// <param name="powerWasCut">What was cut off a file may be there again then.</param>
    public static string? FindViolation(
        LogDirectory logs, IReadOnlyList<string> recorded, IReadOnlySet<string> said, bool powerWasCut)
    {
        JournalOracle oracle = new(logs);
        if (!powerWasCut) oracle.RequireCleanEnds();
        List<string> lines = oracle.Lineage();
        oracle.Judge(lines, recorded, said);
        return oracle._violations.FirstOrDefault();
    }

    /// <summary>
    /// Nothing stands behind the line that a child names as its parent's last: what was not recorded there was
    /// written again in the child, and who reads the parent would take it for said twice.
    /// </summary>
    private void RequireCleanEnds()
    {
        foreach (Journal child in _byId.Values)
        {
            if (child.ParentId is null || _byId.GetValueOrDefault(child.ParentId) is not { } parent) continue;
            if (parent.Lines.Count > child.ParentSeq || parent.Broken is not null)
                _violations.Add($"behind line {child.ParentSeq}, where session {parent.Id} was sealed, it goes on");
        }
    }

    private void Judge(List<string> lines, IReadOnlyList<string> recorded, IReadOnlySet<string> said)
    {
        Dictionary<string, int> places = [];
        HashSet<string> texts = [];
        for (int i = 0; i < lines.Count; i++)
        {
            if (!places.TryAdd(lines[i], i)) _violations.Add($"a line is there twice: {lines[i]}");
            if (TextOf(lines[i]) is not { } text) continue;
            if (!said.Contains(text)) _violations.Add($"nobody has said: {text}");
            if (!texts.Add(text)) _violations.Add($"a message is there twice: {text}");
        }

        int last = -1;
        foreach (string line in recorded)
        {
            if (!places.TryGetValue(line, out int place)) _violations.Add($"was recorded, and is lost: {line}");
            else if (place <= last) _violations.Add($"is not in its order: {line}");
            else last = place;
        }
    }

    /// <summary>The lines of all sessions, the first one's first; of sealed ones up to where their child begins.</summary>
    private List<string> Lineage()
    {
        List<string> lines = [];
        int sessions = 0;
        long end = long.MaxValue;
        string head = "";
        if (Current?.Broken is { } broken) _violations.Add(broken);
        for (Journal? at = Current; at is not null; sessions++)
        {
            if (end != long.MaxValue && (end > at.Lines.Count || (end > 0 && at.Hashes[(int)end - 1] != head)))
                _violations.Add($"the child of {at.Id} names line {end} as its parent's last, and it is not there");
            // What a loaded session begins with counts where it was recorded.
            lines.InsertRange(0, at.Lines.Take((int)Math.Min(end, at.Lines.Count)).Skip((int)at.LoadedSeq));
            if (at.ParentId is not { } parent) break;
            (end, head) = (at.ParentSeq, at.ParentHash!);
            at = _byId.GetValueOrDefault(parent);
            if (at is null && end > 0) _violations.Add($"the journal of the parent {parent} is not there");
        }

        foreach (Journal loaded in _byId.Values.Where(one => one.LoadedFrom is not null)) JudgeLoaded(loaded);
        if (sessions + 1 < _byId.Count) _violations.Add("a session is in the archive that no other names as its parent");
        return lines;
    }

    private void JudgeLoaded(Journal loaded)
    {
        bool isSame = _byId.GetValueOrDefault(loaded.LoadedFrom!) is { } source
            && loaded.Lines.Take((int)loaded.LoadedSeq).SequenceEqual(source.Lines.Take((int)loaded.LoadedSeq));
        if (!isSame) _violations.Add($"session {loaded.Id} does not begin as {loaded.LoadedFrom}, which was loaded");
    }

    private Journal? Read(string path)
    {
        byte[] bytes = File.ReadAllBytes(path);
        Journal journal = new();
        byte[] previous = new byte[32];
        for (int start = 0; start < bytes.Length;)
        {
            int end = Array.IndexOf(bytes, (byte)'\n', start);
            string place = $"{Path.GetFileName(path)}, line {journal.Lines.Count + 1}";
            if (end < 0)
            {
                journal.Broken = $"{place} is torn";
                break;
            }

            ReadOnlySpan<byte> line = bytes.AsSpan(start, end - start);
            int body = line.LastIndexOf(",\"Hash\":\""u8);
            byte[] hash = body < 0 ? [] : SHA256.HashData([.. previous, .. line[..body]]);
            if (body < 0 || !line[body..].SequenceEqual(Encoding.ASCII.GetBytes($",\"Hash\":\"{Convert.ToBase64String(hash)}\"}}")))
            {
                journal.Broken = $"{place} is not what the chain says";
                break;
            }

            JsonElement root = JsonElement.Parse(line);
            if (root.GetProperty("Seq").GetInt64() != journal.Lines.Count + 1) _violations.Add($"{place} has another sequence");
            journal.TakeNames(root.GetProperty("Metadata"));
            journal.Lines.Add(Encoding.UTF8.GetString(bytes, start, end + 1 - start));
            journal.Hashes.Add(Convert.ToBase64String(hash));
            previous = hash;
            start = end + 1;
        }

        if (journal.Id is null) _violations.Add($"{Path.GetFileName(path)} does not name its session");
        else if (!_byId.TryAdd(journal.Id, journal)) _violations.Add($"session {journal.Id} has two journals");
        return journal;
    }

    /// <summary>Null: a line of the recorder's own.</summary>
    private static string? TextOf(string line)
    {
        JsonElement root = JsonElement.Parse(line);
        if (root.GetProperty("Metadata").TryGetProperty("event", out _)) return null;
        return JsonElement.Parse(root.GetProperty("Message").GetString()!).GetProperty("message").GetString();
    }

    private sealed class Journal
    {
        public string? Id { get; private set; }

        public string? ParentId { get; private set; }

        public long ParentSeq { get; private set; }

        public string? ParentHash { get; private set; }

        /// <summary>Where its lines end before the file does.</summary>
        public string? Broken { get; set; }

        public List<string> Lines { get; } = [];

        public List<string> Hashes { get; } = [];

        /// <summary>The session whose checkpoint was loaded.</summary>
        public string? LoadedFrom { get; private set; }

        public long LoadedSeq { get; private set; }

        /// <summary>The last line that names a session counts: those before it were loaded.</summary>
        public void TakeNames(JsonElement metadata)
        {
            string? happened = metadata.TryGetProperty("event", out JsonElement e) ? e.GetString() : null;
            if (happened == "checkpoint_loaded")
            {
                Id = metadata.GetProperty("session_id").GetString();
                LoadedFrom = metadata.GetProperty("from_session").GetString();
                LoadedSeq = metadata.GetProperty("last_seq").GetInt64();
                (ParentId, ParentSeq, ParentHash) = (null, 0, null);
            }

            if (happened != "session_started") return;
            Id = metadata.GetProperty("session_id").GetString();
            if (!metadata.TryGetProperty("parent_id", out JsonElement parent)) return;
            ParentId = parent.GetString();
            ParentSeq = metadata.GetProperty("parent_seq").GetInt64();
            ParentHash = metadata.GetProperty("parent_head_hash").GetString();
        }
    }
}
