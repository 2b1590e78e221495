namespace Steno.Tests;

/// <summary>A directory of one test, short enough for a socket, gone after it.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    /// <param name="inMemory">Where that is possible: for thousands of small files whose disk is a model, or
    /// without a meaning.</param>
    public TemporaryDirectory(bool inMemory = false) => Path = inMemory && Directory.Exists("/dev/shm")
        ? Directory.CreateDirectory($"/dev/shm/steno-{Guid.NewGuid():N}").FullName
        : Directory.CreateTempSubdirectory("steno-").FullName;

    public string Path { get; }

    /// <summary>A path in it; nothing is made there.</summary>
    public string Join(string name) => System.IO.Path.Combine(Path, name);

    public string File(string name, string content)
    {
        string path = System.IO.Path.Combine(Path, name);
        new FileInfo(path).Directory!.Create();
        using StreamWriter writer = System.IO.File.CreateText(path);
        writer.Write(content);
        return path;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
