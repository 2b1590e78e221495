namespace Steno.EndToEnd.Support;

/// <summary>
/// Runs a process under strace, which tampers with its system calls and keeps what it did in a file.
/// </summary>
internal sealed class Strace : IDisposable
{
    private const string Program = "/usr/bin/strace";

    private readonly string _trace = Path.GetTempFileName();

    /// <param name="calls">System calls, with commas between.</param>
    /// <param name="tampering">
    /// As in <c>strace -e inject=</c>. strace counts <c>when</c> for each thread by itself: low numbers meet
    /// the start on the main thread, higher ones the threads that write the journal. </param>
    public Strace(string calls, string tampering)
    {
        Assert.SkipUnless(File.Exists(Program), "strace is not installed.");
        Before =
        [
            Program, "-f", "-qq", "-o", _trace, "-e", $"trace={calls}", "-e", $"inject={calls}:{tampering}",
        ];
    }

    /// <summary>The command line to put before the program.</summary>
    public IReadOnlyList<string> Before { get; }

    /// <summary>Whether the fault has come: a test without its fault proves nothing.</summary>
    public bool HasTampered => Tampered > 0;

    /// <summary>How many faults there were: each thread may have had its own.</summary>
    public int Tampered => File.ReadAllText(_trace).Split("(INJECTED)").Length - 1;

    public void Dispose() => File.Delete(_trace);
}
