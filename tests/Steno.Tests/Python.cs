using System.Diagnostics;
using System.Text;

namespace Steno.Tests;

/// <summary>
/// The python3 of the machine, as an independent reader. Tests that need it are skipped where it is absent.
/// </summary>
internal static class Python
{
    public static (int ExitCode, string Output) Run(string script, byte[] input, params string[] arguments)
    {
        string? python = Array.Find(["/usr/bin/python3", "/usr/local/bin/python3"], File.Exists);
        Assert.SkipWhen(python is null, "python3 is not installed");
        var start = new ProcessStartInfo(python!, ["-I", "-c", script, .. arguments])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        using Process process = Process.Start(start)!;
        Task<string> errors = process.StandardError.ReadToEndAsync();
        Task feeding = Task.Run(() =>
        {
            using Stream stdin = process.StandardInput.BaseStream;
            stdin.Write(input);
        });
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        feeding.Wait();
        return (process.ExitCode, output + errors.Result);
    }
}
