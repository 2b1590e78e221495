using System.Diagnostics;
using System.Text;

namespace Steno.EndToEnd.Support;

/// <summary>The native binary under test: what users run.</summary>
internal static class StenoBinary
{
    /// <summary>STENO_BINARY, or the one that <c>./test.sh</c> publishes.</summary>
    public static string Path { get; } = Find();

    /// <summary>Runs a verb to its end.</summary>
    public static async Task<(int ExitCode, string Output, string Error)> RunAsync(
        IReadOnlyList<string> arguments, TimeSpan? limit = null, string? workingDirectory = null, string? input = null)
    {
        ProcessStartInfo start = new(Path, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            StandardOutputEncoding = Encoding.UTF8,
            WorkingDirectory = workingDirectory ?? "",
        };
        using Process process = Process.Start(start)!;
        if (input is not null) await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        using CancellationTokenSource deadline = new(limit ?? TimeSpan.FromSeconds(30));
        try
        {
            await process.WaitForExitAsync(deadline.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"steno {string.Join(' ', arguments)} did not end in time.");
        }

        return (process.ExitCode, await output, await error);
    }

    private static string Find()
    {
        if (Environment.GetEnvironmentVariable("STENO_BINARY") is { Length: > 0 } given) return given;
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string candidate = System.IO.Path.Combine(at.FullName, "artifacts", "native", "steno");
            if (File.Exists(candidate)) return candidate;
        }

        throw new InvalidOperationException("There is no native binary: run ./test.sh, or set STENO_BINARY.");
    }
}
