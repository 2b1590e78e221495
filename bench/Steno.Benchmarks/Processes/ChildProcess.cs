using System.ComponentModel;
using System.Diagnostics;
using System.Globalization;

namespace Steno.Benchmarks.Processes;

/// <summary>A process that the benchmark started, and ends. It talks in lines. Not thread-safe.</summary>
internal sealed class ChildProcess : IAsyncDisposable
{
    /// <summary>Of standard error, for the message when something goes wrong.</summary>
    private const int ErrorLinesKept = 20;

    private readonly Process _process;
    private readonly Queue<string> _errors = new();
    private readonly string _name;
    private bool _disposed;

    private ChildProcess(Process process, string name)
    {
        _process = process;
        _name = name;
    }

    public int Pid => _process.Id;

    /// <exception cref="BenchmarkException">It cannot be started.</exception>
    public static ChildProcess Start(string file, params IEnumerable<string> args)
    {
        ProcessStartInfo start = new(file, args)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        try
        {
            ChildProcess child = new(Process.Start(start)!, Path.GetFileNameWithoutExtension(file));
            child._process.ErrorDataReceived += (_, line) => child.KeepError(line.Data);
            child._process.BeginErrorReadLine();
            return child;
        }
        catch (Win32Exception e)
        {
            throw new BenchmarkException($"{file} does not start: {e.Message}");
        }
    }

    /// <summary>Reads lines until one begins with this word; gives the rest of it.</summary>
    /// <exception cref="BenchmarkException">It ended first, or did not say so in time.</exception>
    public async Task<string> ExpectAsync(string word, TimeSpan deadline, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(deadline);
        try
        {
            while (await _process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
            {
                if (line.StartsWith(word, StringComparison.Ordinal)) return line[word.Length..].Trim();
            }
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new BenchmarkException(
                string.Create(CultureInfo.InvariantCulture, $"{_name} did not say '{word}' within {deadline.TotalSeconds:0} s.{Errors()}"));
        }

        throw new BenchmarkException($"{_name} ended without saying '{word}'.{Errors()}");
    }

    /// <summary>The same, for a line of numbers.</summary>
    public async Task<long[]> ExpectNumbersAsync(string word, TimeSpan deadline, CancellationToken cancellation)
    {
        string rest = await ExpectAsync(word, deadline, cancellation);
        return [.. rest.Split(' ').Select(number => long.Parse(number, CultureInfo.InvariantCulture))];
    }

    public async Task SayAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>What the kernel has counted for it so far.</summary>
    public ProcessCounters Counters() => ProcessCounters.Of(_process);

    /// <param name="name">As kill(1) takes it: TERM, STOP, CONT.</param>
    public void Signal(string name)
    {
        using Process kill = Process.Start("kill", [$"-{name}", Pid.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Waits for its end; gives the exit code.</summary>
    /// <exception cref="BenchmarkException">It did not end in time.</exception>
    public async Task<int> WaitForEndAsync(TimeSpan deadline, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(deadline);
        try
        {
            await _process.WaitForExitAsync(limit.Token);
            return _process.ExitCode;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new BenchmarkException(
                string.Create(CultureInfo.InvariantCulture, $"{_name} did not end within {deadline.TotalSeconds:0} s.{Errors()}"));
        }
    }

    /// <summary>Kills it, if it still runs.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed) return;
        _disposed = true;
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void KeepError(string? line)
    {
        if (line is null) return;
        lock (_errors)
        {
            _errors.Enqueue(line);
            if (_errors.Count > ErrorLinesKept) _errors.Dequeue();
        }
    }

    private string Errors()
    {
        lock (_errors) return _errors.Count == 0 ? "" : $" It said:\n{string.Join('\n', _errors)}";
    }
}
