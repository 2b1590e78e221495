namespace Steno.Tests;

/// <summary>A directory of one test, short enough for a socket, gone after it.</summary>
internal sealed class TemporaryDirectory : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("steno-").FullName;

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
