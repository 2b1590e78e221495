namespace Steno.EndToEnd.Support;

/// <summary>A log directory of one test, gone after it.</summary>
internal sealed class TestLogs : IDisposable
{
    private readonly DirectoryInfo _root;
    private readonly bool _isVolume;

    public TestLogs()
        : this(Directory.CreateTempSubdirectory("steno-e2e-"), isVolume: false)
    {
    }

    /// <param name="volume">Where a file system of the test's own is mounted.</param>
    public TestLogs(string volume)
        : this(new DirectoryInfo(volume), isVolume: true)
    {
    }

    private TestLogs(DirectoryInfo root, bool isVolume) => (_root, _isVolume) = (root, isVolume);

    /// <summary>Where that is possible: for tests that begin hundreds of recorders, and cut no power.</summary>
    public static TestLogs InMemory() => Directory.Exists("/dev/shm")
        ? new TestLogs(Directory.CreateDirectory($"/dev/shm/steno-e2e-{Guid.NewGuid():N}"), isVolume: false)
        : new TestLogs();

    /// <summary>Small volumes of tests have no room for the reserve that disks of users have.</summary>
    public IReadOnlyList<string> Reserve => !_isVolume ? [] : ["--disk-reserve", "0"];

    public string Root => _root.FullName;

    public string Logs => Path.Combine(Root, "logs");

    public string Journal => Path.Combine(Logs, "current_session.jsonl");

    public string[] Lines() => File.ReadAllText(Journal).TrimEnd('\n').Split('\n');

    /// <param name="pattern">Such as <c>archive/*.jsonl</c>: the first by its name.</param>
    public string Find(string pattern)
    {
        string path = Path.Combine(Logs, pattern);
        return Directory.GetFiles(Path.GetDirectoryName(path)!, Path.GetFileName(path)).Order(StringComparer.Ordinal).First();
    }

    public void Dispose()
    {
        if (!_isVolume) _root.Delete(recursive: true);
    }
}
