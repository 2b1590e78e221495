namespace Steno.EndToEnd.Support;

/// <summary>A log directory of one test, gone after it.</summary>
internal sealed class TestLogs : IDisposable
{
    private readonly DirectoryInfo _root = Directory.CreateTempSubdirectory("steno-e2e-");

    public string Root => _root.FullName;

    public string Logs => Path.Combine(Root, "logs");

    public string Journal => Path.Combine(Logs, "current_session.jsonl");

    public string[] Lines() => File.ReadAllText(Journal).TrimEnd('\n').Split('\n');

    public void Dispose() => _root.Delete(recursive: true);
}
