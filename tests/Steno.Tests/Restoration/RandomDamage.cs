using System.Text;
using Steno.Core.Files;

namespace Steno.Tests.Restoration;

/// <summary>Several damages at once, to journal and recovery file alike, above all to lines that name a session; the same for the same seed.</summary>
internal sealed class RandomDamage(LogDirectory logs, Random random)
{
    public void Do()
    {
        List<string> files = random.Next(6) == 0 ? [First(logs.Archive, "*.jsonl")]
            : random.Next(4) > 0 ? [logs.CurrentJournal, logs.RecoveryFile]
            : [logs.CurrentJournal];
        foreach (byte[] line in Choose(Lines(files[0])))
        {
            int what = random.Next(3);
            foreach (string file in files) Replace(file, line, what);
        }

        if (random.Next(10) > 0) File.Delete(logs.SessionFile);
        if (random.Next(4) == 0) File.Delete(First(logs.Archive, "*.session.json"));
        foreach (string manifest in Files(logs.Checkpoints, "*.json"))
            if (random.Next(4) == 0) File.Delete(manifest);
        if (random.Next(5) == 0) File.Delete(logs.RecoveryFile);
        if (random.Next(15) == 0) Directory.Delete(logs.Archive, true);
        if (random.Next(10) == 0) Cut();
    }

    private HashSet<byte[]> Choose(byte[][] lines)
    {
        byte[][] naming = [.. lines.Where(line => Text(line) is var text && (text.Contains("\"event\":\"session_started\"", StringComparison.Ordinal)
            || text.Contains("\"event\":\"checkpoint_loaded\"", StringComparison.Ordinal)))];
        HashSet<byte[]> chosen = [.. naming.Where(_ => random.Next(10) < 4)];
        if (random.Next(3) == 0 || chosen.Count == 0) chosen.Add(naming[^1]);
        for (int more = random.Next(3); more > 0; more--) chosen.Add(lines[random.Next(lines.Length)]);
        return chosen;
    }

    /// <summary>Dropped, zeroed, or one byte changed.</summary>
    private static void Replace(string file, byte[] line, int what)
    {
        byte[][] lines = Lines(file);
        int at = Array.FindIndex(lines, one => one.AsSpan().SequenceEqual(line));
        if (at < 0) return;
        byte[] now = what switch { 0 => [], 1 => new byte[line.Length], _ => [.. line] };
        if (what == 2) now[Math.Max(30, Text(line).IndexOf("session_started", StringComparison.Ordinal))] ^= 1;
        lines[at] = now;
        File.WriteAllBytes(file, [.. lines.SelectMany(one => one)]);
    }

    private void Cut()
    {
        byte[][] lines = Lines(logs.CurrentJournal);
        File.WriteAllBytes(logs.CurrentJournal, [.. lines.Take(random.Next(1, Math.Max(2, lines.Length))).SelectMany(one => one)]);
    }

    private static byte[][] Lines(string file)
    {
        List<byte[]> lines = [];
        byte[] all = File.ReadAllBytes(file);
        for (int at = 0, end; at < all.Length; at = end)
        {
            int newline = Array.IndexOf(all, (byte)'\n', at);
            end = newline < 0 ? all.Length : newline + 1;
            lines.Add(all[at..end]);
        }

        return [.. lines];
    }

    private static string Text(byte[] line) => Encoding.Latin1.GetString(line);

    private static string First(string folder, string pattern) => Files(folder, pattern)[0];

    private static string[] Files(string folder, string pattern) => [.. Directory.GetFiles(folder, pattern).Order(StringComparer.Ordinal)];
}
