namespace Steno.EndToEnd.Support;

/// <summary>A log directory of one test, gone after it.</summary>
/// <param name="volume">Where a file system of the test's own is mounted; null for the machine's.</param>
internal sealed class TestLogs(string? volume = null) : IDisposable
{
    private readonly DirectoryInfo _root = volume is null
        ? Directory.CreateTempSubdirectory("steno-e2e-")
        : new DirectoryInfo(volume);

    /// <summary>Small volumes of tests have no room for the reserve that disks of users have.</summary>
    public IReadOnlyList<string> Reserve => volume is null ? [] : ["--disk-reserve", "0"];

    public string Root => _root.FullName;

    public string Logs => Path.Combine(Root, "logs");

    public string Journal => Path.Combine(Logs, "current_session.jsonl");

    public string[] Lines() => File.ReadAllText(Journal).TrimEnd('\n').Split('\n');

    public void Dispose()
    {
        if (volume is null) _root.Delete(recursive: true);
    }
}
