using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;

namespace Steno.EndToEnd.Support;

/// <summary>
/// What recorders of one log directory have called durable, as the test heard it before the fault: by status,
/// and line by line on the live feed. <see cref="CheckAsync"/> holds the directory to it.
/// </summary>
internal sealed class Testimony
{
    private readonly ConcurrentDictionary<string, long> _durable = new();
    private readonly ConcurrentQueue<string> _hashes = new();

    /// <summary>Lines heard on the live feed.</summary>
    public int Heard => _hashes.Count;

    public void NoteStatus(JsonElement status)
    {
        if (status.GetProperty("session") is not { ValueKind: JsonValueKind.Object } session) return;
        long durable = status.GetProperty("durable_seq").GetInt64();
        string id = session.GetProperty("id").GetString()!;
        _durable.AddOrUpdate(id, durable, (_, known) => Math.Max(known, durable));
    }

    /// <summary>Keeps a line by its hash, which stands for it and for all before it.</summary>
    public void NoteLine(string line) => _hashes.Enqueue(Hash(line));

    /// <summary>
    /// Fails unless every chain is whole for the independent verifier, everything called durable is there,
    /// and no message is missing in between without a line that tells why. Where the recorder had to give a
    /// session up, its child's journal counts as well.
    /// </summary>
    public async Task CheckAsync(string logs)
    {
        Journals.Journal[] journals = Journals.Read(logs);
        foreach (Journals.Journal journal in journals) await JournalVerifier.VerifyAsync(journal.Path);

        foreach ((string session, long seq) in _durable)
        {
            int there = journals.Where(j => j.Session == session).Sum(j => j.Lines.Length);
            Assert.True(there >= seq, $"Session {session} had {seq} durable lines, and {there} are left.");
        }

        HashSet<string> kept = [.. journals.SelectMany(j => j.Lines).Select(Hash)];
        string[] missing = [.. _hashes.Where(hash => !kept.Contains(hash))];
        Assert.True(
            missing.Length == 0,
            $"{missing.Length} of {Heard} lines heard are not in the journal: {missing.FirstOrDefault()} …");
        AssertHolesAreTold(journals.SelectMany(j => j.Own));
    }

    /// <summary>
    /// <see cref="CheckAsync"/>, and the proof that it would have found a loss in this very directory.
    /// </summary>
    public async Task CheckWithControlsAsync(string logs)
    {
        Assert.True(Heard > 0, "Nothing was called durable before the fault: there is nothing to check.");
        await CheckAsync(logs);
        await Control.IsRedAsync(
            "the newest durable line and all behind it are gone", () => OnCopyAsync(logs, CutNewest));
        await Control.IsRedAsync("a byte of a durable line is altered", () => OnCopyAsync(logs, lines =>
        {
            int at = NewestDurable(lines);
            lines[at] = lines[at].Replace("\"Timestamp\":\"2", "\"Timestamp\":\"3", StringComparison.Ordinal);
            return lines;
        }));
        string[] all = [.. Journals.Read(logs).SelectMany(j => j.Own)];
        int inner = Enumerable.Range(2, all.Length - 4)
            .First(i => Enumerable.Range(i - 1, 3).All(n => Number(all[n]) > 0));
        IEnumerable<string> without = all.Where((_, i) => i != inner);
        await Control.IsRedAsync("a message is missing and no line tells", () => AssertHolesAreTold(without));
    }

    /// <summary>
    /// The publishers of these tests number their messages m-1, m-2, …: where numbers are left out, the
    /// recorder must have said since the last one that it did not listen, or that something is missing.
    /// </summary>
    private static void AssertHolesAreTold(IEnumerable<string> lines)
    {
        long last = 0;
        bool told = true;
        foreach (string line in lines)
        {
            if (Number(line) is var number and > 0)
            {
                Assert.True(
                    told || number <= last + 1, $"After m-{last} comes m-{number}, and no line tells why.");
                (last, told) = (number, false);
            }
            else if (Tells(line))
            {
                told = true;
            }
        }
    }

    private static long Number(string line) => line.StartsWith("{\"Id\":\"m-", StringComparison.Ordinal)
        ? long.Parse(line.AsSpan(9, line.IndexOf('"', 9) - 9), CultureInfo.InvariantCulture)
        : 0;

    private static bool Tells(string line) =>
        line.Contains("\"event\":\"coverage_", StringComparison.Ordinal)
        || line.Contains("\"event\":\"gap\"", StringComparison.Ordinal)
        || line.Contains("\"event\":\"recovered\"", StringComparison.Ordinal);

    private static string Hash(string line) => line.Length > 46 ? line[^46..^2] : line;

    private string[] CutNewest(string[] lines) => lines[..NewestDurable(lines)];

    private int NewestDurable(string[] lines)
    {
        HashSet<string> durable = [.. _hashes];
        return Array.FindLastIndex(lines, line => durable.Contains(Hash(line)));
    }

    private async Task OnCopyAsync(string logs, Func<string[], string[]> damage)
    {
        using TestLogs copy = new();
        foreach (Journals.Journal journal in Journals.Read(logs))
        {
            string to = Path.Combine(copy.Logs, Path.GetRelativePath(logs, journal.Path));
            new FileInfo(to).Directory!.Create();
            bool isHit = NewestDurable(journal.Lines) >= 0;
            string[] lines = isHit ? damage([.. journal.Lines]) : journal.Lines;
            await File.WriteAllTextAsync(to, string.Concat(lines.Select(line => line + "\n")));
            string manifest = Path.Combine(copy.Logs, Path.GetRelativePath(logs, journal.Manifest));
            File.Copy(journal.Manifest, manifest);
        }

        await CheckAsync(copy.Logs);
    }
}
