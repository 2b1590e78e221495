using Steno.Core.Files;

namespace Steno.Tests.Restoration;

/// <summary>One to four files of a log directory are gone, blank, cut, garbage, or another's; the same for the same seed.</summary>
/// <param name="logs">A copy of <paramref name="lived"/>.</param>
/// <param name="foreign">A directory of which it knows nothing.</param>
internal sealed class FileFaults(LogDirectory logs, LogDirectory lived, LogDirectory foreign, Random random)
{
    /// <summary>What can be done to a file as a whole.</summary>
    public static readonly string[] OfWhole = ["deleted", "zeroed", "emptied", "cut", "garbage", "other's", "foreign"];

    /// <summary>And what leaves a part of it, with its length.</summary>
    public static readonly string[] OfParts = ["deleted", "zeroed", "front", "front", "front", "back", "middle gone", "longer"];

    private static readonly Func<LogDirectory, string[]>[] Roles =
    [
        of => [of.CurrentJournal], of => [of.CurrentJournal],
        of => [of.SessionFile], of => [of.SessionFile],
        of => [of.RecoveryFile], of => [of.RecoveryFile],
        of => [.. Files(of.Archive, "*.jsonl")],
        of => [.. Files(of.Archive, "*.session.json")],
        of => [.. Files(of.Checkpoints, "*.json")], of => [.. Files(of.Checkpoints, "*.json")],
        of => Stored(of, "*.jsonl.zst"), of => Stored(of, "*.jsonl.zst"),
        of => Stored(of, "*.list*"),
    ];

    /// <summary>What was done last to which file, by its name in the directory.</summary>
    public Dictionary<string, string> Done { get; } = [];

    /// <param name="kinds">Of faults, to choose from.</param>
    public void Do(string[] kinds)
    {
        for (int count = random.Next(1, 5); count > 0; count--)
        {
            int role = random.Next(Roles.Length);
            string[] files = Roles[role](lived);
            if (files.Length == 0) continue;
            bool isAll = files.Length > 1 && random.Next(8) == 0;
            string what = isAll ? "deleted" : Choose(kinds);
            string file = Choose(files);
            foreach (string one in isAll ? files : [file]) Put(Path.GetRelativePath(lived.Root, one), what, role);
        }
    }

    private void Put(string name, string what, int role)
    {
        string path = Path.Combine(logs.Root, name);
        byte[] whole = File.ReadAllBytes(Path.Combine(lived.Root, name));
        byte[]? left = what switch
        {
            "deleted" => null,
            "zeroed" => new byte[whole.Length],
            "emptied" => [],
            "cut" => whole[..random.Next(whole.Length)],
            "garbage" => Garbage(whole.Length),
            "front" => Zeroed(whole, random.Next(whole.Length), whole.Length),
            "back" => Zeroed(whole, 0, random.Next(whole.Length)),
            "middle gone" => Zeroed(whole, whole.Length / 4, whole.Length / 2),
            "longer" => [.. whole, .. new byte[random.Next(2000)]],
            "other's" => Other(lived, role, Path.Combine(lived.Root, name)),
            _ => Other(foreign, role, ""),
        };
        Done[name] = what;
        Damages.Write(path, left);
    }

    /// <summary>Of a session's current file an archived one, and the other way round.</summary>
    private byte[] Other(LogDirectory from, int role, string not)
    {
        string[] kin = role switch
        {
            < 2 or 4 or 5 or 6 => [from.CurrentJournal, .. Files(from.Archive, "*.jsonl")],
            < 4 or 7 => [from.SessionFile, .. Files(from.Archive, "*.session.json")],
            _ => Roles[role](from),
        };
        string[] others = [.. kin.Where(file => file != not)];
        return others.Length == 0 ? [] : File.ReadAllBytes(Choose(others));
    }

    private static byte[] Zeroed(byte[] whole, int from, int to)
    {
        Array.Clear(whole, from, to - from);
        return whole;
    }

    private byte[] Garbage(int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        return bytes;
    }

    private T Choose<T>(params T[] of) => of[random.Next(of.Length)];

    private static IEnumerable<string> Files(string folder, string pattern) => Directory.Exists(folder) ? Directory.GetFiles(folder, pattern).Order(StringComparer.Ordinal) : [];

    /// <summary>In the order in which checkpoints name them: their own names depend on the sessions' ids.</summary>
    private static string[] Stored(LogDirectory of, string pattern)
    {
        string named = string.Concat(Files(of.Checkpoints, "*.json").Concat(Files(of.Segments, "*.list*")).Select(File.ReadAllText));
        return [.. Files(of.Segments, pattern).OrderBy(file => named.IndexOf(Path.GetFileName(file), StringComparison.Ordinal))];
    }
}
