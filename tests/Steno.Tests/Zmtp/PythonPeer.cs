using System.Diagnostics;
using System.Globalization;

namespace Steno.Tests.Zmtp;

/// <summary>A real libzmq socket in a process of its own (<c>peers/peer.py</c>), told what to do line by
/// line.</summary>
internal sealed class PythonPeer : IAsyncDisposable
{
    private const string Python = "/usr/bin/python3";
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);
    private static readonly Lazy<string?> Lack = new(FindLack);
    private readonly Process _process;

    private PythonPeer(Process process) => _process = process;

    /// <summary>Where the socket listens, with its real port; or the endpoint it dials.</summary>
    public string Endpoint { get; private set; } = "";

    public int Pid => _process.Id;

    public static Task<PythonPeer> BindAsync(string type, string endpoint = "tcp://127.0.0.1:*") =>
        StartAsync(type, "bind", endpoint);

    public static Task<PythonPeer> ConnectAsync(string type, object endpoint) =>
        StartAsync(type, "connect", endpoint.ToString()!);

    public async Task<string> AskAsync(string line)
    {
        await TellAsync(line);
        return await ListenAsync();
    }

    public async Task TellAsync(string line)
    {
        await _process.StandardInput.WriteLineAsync(line);
        await _process.StandardInput.FlushAsync();
    }

    public async Task<string> ListenAsync()
    {
        string? answer = await _process.StandardOutput.ReadLineAsync().WaitAsync(Patience);
        return answer ?? throw new InvalidOperationException(
            "The python peer ended: " + await _process.StandardError.ReadToEndAsync());
    }

    public Task<string> SendAsync(params byte[][] frames) =>
        AskAsync("send " + string.Join(' ', frames.Select(Show)));

    /// <summary>A frame as the script writes it.</summary>
    public static string Show(byte[] frame) => frame.Length == 0 ? "-" : Convert.ToHexStringLower(frame);

    public void Signal(string signal)
    {
        using Process kill = Process.Start(
            "kill", ["-" + signal, Pid.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited) _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }

    private static async Task<PythonPeer> StartAsync(string type, string action, string endpoint)
    {
        if (Lack.Value is { } lack) Assert.Skip(lack);
        string script = Path.Combine(AppContext.BaseDirectory, "Zmtp", "peers", "peer.py");
        Process process = Process.Start(new ProcessStartInfo(Python, ["-u", script, type, action, endpoint])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        PythonPeer peer = new(process);
        string hello = await peer.ListenAsync();
        peer.Endpoint = hello["ready ".Length..];
        return peer;
    }

    private static string? FindLack()
    {
        if (!File.Exists(Python)) return Python + " is not there: a libzmq peer cannot be started.";
        using Process probe = Process.Start(new ProcessStartInfo(Python, ["-c", "import zmq"])
        {
            RedirectStandardError = true,
        })!;
        probe.WaitForExit();
        return probe.ExitCode == 0 ? null : "python3-zmq is not installed: a libzmq peer cannot be started.";
    }
}
