using System.Diagnostics;
using Steno.Benchmarks.Payloads;

namespace Steno.Benchmarks;

/// <summary>
/// What the rows work with: the binary, the native peers, the messages, a place on the disk.
/// </summary>
internal sealed class Workshop : IDisposable
{
    private readonly DirectoryInfo _work;
    private int _directories;

    private Workshop(BenchmarkOptions options, string root, string binary)
    {
        Scale = options.IsQuick ? Scale.Quick : Scale.Full;
        Root = root;
        Steno = binary;
        // Short: the path of a Unix-domain socket has some hundred bytes.
        _work = Directory.CreateDirectory(Path.Combine(options.Work, $"steno-bench-{Environment.ProcessId}"));
        Native = NativePeers.Build(NativeSources, NewDirectory());
        Corpus.Save(CorpusFile);
    }

    public Scale Scale { get; }

    /// <summary>The repository.</summary>
    public string Root { get; }

    /// <summary>The native binary that is measured.</summary>
    public string Steno { get; }

    /// <summary>Where logs are written while measuring.</summary>
    public string WorkDirectory => _work.FullName;

    public NativePeers Native { get; }

    /// <summary>A Python that knows libzmq, as the system's packages install it.</summary>
    public string Python { get; } = "/usr/bin/python3";

    public MessageCorpus Corpus { get; } = new();

    public string CorpusFile => Path.Combine(_work.FullName, "corpus");

    /// <summary>Messages of varied text, written when first asked for.</summary>
    public string ProseFile
    {
        get
        {
            string path = Path.Combine(_work.FullName, "prose");
            if (!File.Exists(path)) new MessageCorpus(isProse: true).Save(path);
            return path;
        }
    }

    public string NativeSources => Path.Combine(Root, "bench", "native");

    /// <exception cref="BenchmarkException">Not in a clone, or no binary.</exception>
    public static Workshop Open(BenchmarkOptions options)
    {
        string root = FindRoot();
        string binary = Path.GetFullPath(options.Binary ?? Path.Combine(root, "artifacts", "native", "steno"));
        return File.Exists(binary)
            ? new Workshop(options, root, binary)
            : throw new BenchmarkException($"there is no binary at {binary}: ./bench.sh builds one");
    }

    /// <summary>A new directory, not yet made, with a short path.</summary>
    public string NewDirectory() => Path.Combine(_work.FullName, $"{++_directories}");

    /// <summary>Null if the binary has the verb; it may be older than the benchmark.</summary>
    public string? MissingVerb(string verb)
    {
        using Process help = Process.Start(new ProcessStartInfo(Steno, ["--help"]) { RedirectStandardOutput = true })!;
        string verbs = help.StandardOutput.ReadToEnd();
        help.WaitForExit();
        return verbs.Contains($"\n  {verb} ", StringComparison.Ordinal) ? null : $"this binary has no `steno {verb}`";
    }

    /// <summary>Null if there is a Python that knows libzmq.</summary>
    public string? MissingPython
    {
        get
        {
            if (!File.Exists(Python)) return $"there is no {Python}";
            ProcessStartInfo import = new(Python, ["-c", "import zmq"]) { RedirectStandardError = true };
            using Process python = Process.Start(import)!;
            python.StandardError.ReadToEnd();
            python.WaitForExit();
            return python.ExitCode == 0 ? null : "Python's zmq is not installed (apt: python3-zmq)";
        }
    }

    public static void Delete(string directory)
    {
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    }

    public void Dispose() => _work.Delete(recursive: true);

    private static string FindRoot()
    {
        for (string? at = AppContext.BaseDirectory; at is not null; at = Path.GetDirectoryName(at))
        {
            if (File.Exists(Path.Combine(at, "Steno.slnx"))) return at;
        }

        throw new BenchmarkException("this runs within a clone of the repository: ./bench.sh");
    }
}
