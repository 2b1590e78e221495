using System.Text.Json;

namespace Steno.EndToEnd.Support;

/// <summary>
/// All journals of a log directory, the oldest session first, and what of them the manifests say.
/// </summary>
internal static class Journals
{
    public sealed record Journal(string Path, string Manifest)
    {
        public string Session { get; } =
            JsonElement.Parse(File.ReadAllText(Manifest)).GetProperty("id").GetString()!;

        public string[] Lines { get; } = File.ReadAllText(Path).TrimEnd('\n').Split('\n');

        /// <summary>What was recorded here, as against a checkpoint's lines that it begins with.</summary>
        public string[] Own => Lines[LoadedLines..];

        private int LoadedLines { get; } = JsonElement.Parse(File.ReadAllText(Manifest))
            .TryGetProperty("loaded", out JsonElement loaded) && loaded.ValueKind == JsonValueKind.Object
                ? loaded.GetProperty("seq").GetInt32()
                : 0;
    }

    public static Journal[] Read(string logs)
    {
        List<Journal> found = [];
        string archive = System.IO.Path.Combine(logs, "archive");
        if (Directory.Exists(archive))
        {
            foreach (string path in Directory.GetFiles(archive, "*.jsonl").Order(StringComparer.Ordinal))
                found.Add(new Journal(path, System.IO.Path.ChangeExtension(path, ".session.json")));
        }

        string current = System.IO.Path.Combine(logs, "current_session.jsonl");
        if (File.Exists(current))
            found.Add(new Journal(current, System.IO.Path.Combine(logs, "session.json")));
        return [.. found];
    }
}
