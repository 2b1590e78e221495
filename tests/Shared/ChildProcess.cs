using System.Diagnostics;
using System.Runtime.InteropServices;
using System.Text;
using System.Threading.Channels;

namespace Steno.Tests.Shared;

/// <summary>A process of the test's own, with what it prints; killed at the end if it still lives.</summary>
internal partial class ChildProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly StringBuilder _error = new();
    private readonly Channel<string> _lines = Channel.CreateUnbounded<string>();

    protected ChildProcess(string program, IReadOnlyList<string> arguments)
    {
        ProcessStartInfo start = new(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, e) =>
        {
            Append(_output, e.Data);
            if (e.Data is { } line) _lines.Writer.TryWrite(line);
            else _lines.Writer.TryComplete();
        };
        _process.ErrorDataReceived += (_, e) => Append(_error, e.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    public int Pid => _process.Id;

    public bool HasExited => _process.HasExited;

    public string Output { get { lock (_output) return _output.ToString(); } }

    public string Error { get { lock (_error) return _error.ToString(); } }

    public static ChildProcess Start(string program, params IReadOnlyList<string> arguments) =>
        new(program, arguments);

    /// <summary>
    /// As a terminal starts it: Ctrl+C is heard. Tests that run in the background ignore it, and a process
    /// inherits that.
    /// </summary>
    public static ChildProcess StartInForeground(string program, params IReadOnlyList<string> arguments) =>
        new(InForeground[0], [.. InForeground[1..], program, .. arguments]);

    /// <summary>Goes before a command; the process id stays the command's.</summary>
    public static string[] InForeground { get; } = ["/usr/bin/env", "--default-signal=INT"];

    public async Task TellAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>The next line of its output that was not listened to yet.</summary>
    public async Task<string> ListenAsync()
    {
        try
        {
            return await _lines.Reader.ReadAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(20));
        }
        catch (ChannelClosedException)
        {
            throw new InvalidOperationException($"{_process.StartInfo.FileName} has ended: {Error}");
        }
    }

    public Task<string> WaitForOutputAsync(string text, TimeSpan? limit = null) => Eventually.GetAsync(
        () => Task.FromResult(Output), seen => seen.Contains(text, StringComparison.Ordinal),
        limit ?? TimeSpan.FromSeconds(10),
        $"'{text}' on the output of {_process.StartInfo.FileName}; its errors: {Error}");

    public Task<string> WaitForErrorAsync(string text) => Eventually.GetAsync(
        () => Task.FromResult(Error), seen => seen.Contains(text, StringComparison.Ordinal),
        TimeSpan.FromSeconds(10), $"'{text}' on the error output of {_process.StartInfo.FileName}");

    /// <param name="pid">A process below this one; this one if null.</param>
    public void Signal(PosixSignalNumber signal, int? pid = null)
    {
        if (Kill(pid ?? Pid, (int)signal) != 0)
            throw new InvalidOperationException($"kill -{signal} {pid ?? Pid} failed.");
    }

    /// <summary>No more input: how a peer is asked to end.</summary>
    public void EndInput() => _process.StandardInput.Close();

    public async Task<int> WaitForExitAsync(TimeSpan? limit = null)
    {
        using CancellationTokenSource deadline = new(limit ?? TimeSpan.FromSeconds(20));
        await _process.WaitForExitAsync(deadline.Token);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        // With what it started: a tracee outlives its strace. And a grandchild may hold the pipes open, so
        // wait for the process alone, with a limit, and not for the end of its output.
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await Eventually.BecomesTrueAsync(() => _process.HasExited, $"process {Pid} ends");
        }

        _process.Dispose();
    }

    private static void Append(StringBuilder to, string? line)
    {
        if (line is null) return;
        lock (to) to.Append(line).Append('\n');
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int pid, int signal);
}
