using System.Diagnostics;

namespace Steno.Tests.Shared;

/// <summary>
/// A real libzmq in a process of its own: a script of <c>peers/</c>, run by the Python that has it.
/// </summary>
internal sealed class PythonPeer : ChildProcess
{
    private const string Python = "/usr/bin/python3";

    private static readonly Lazy<string?> Missing = new(() =>
    {
        if (!File.Exists(Python)) return $"{Python} is not installed.";
        using Process probe = Process.Start(Python, ["-c", "import zmq"]);
        probe.WaitForExit();
        return probe.ExitCode == 0 ? null : "python3-zmq is not installed.";
    });

    private PythonPeer(string script, IReadOnlyList<string> arguments)
        : base(Python, ["-u", Path.Combine(AppContext.BaseDirectory, "peers", script), .. arguments])
    {
    }

    /// <summary>Of a peer that was bound or connected here: where it listens, with its real port, or what it
    /// dials.</summary>
    public string Endpoint { get; private set; } = "";

    /// <summary>Skips the test, with the reason, where there is no libzmq to test against.</summary>
    public static void Require() => Assert.SkipWhen(Missing.Value is not null, Missing.Value ?? "");

    public static new PythonPeer Start(string script, params IReadOnlyList<string> arguments)
    {
        Require();
        return new PythonPeer(script, arguments);
    }

    /// <summary>One socket, told line by line what to do (<c>peer.py</c>).</summary>
    public static Task<PythonPeer> BindAsync(string type, string endpoint = "tcp://127.0.0.1:*") =>
        OpenAsync(type, "bind", endpoint);

    /// <inheritdoc cref="BindAsync"/>
    public static Task<PythonPeer> ConnectAsync(string type, object endpoint) =>
        OpenAsync(type, "connect", endpoint.ToString()!);

    public async Task<string> AskAsync(string line)
    {
        await TellAsync(line);
        return await ListenAsync();
    }

    public Task<string> SendAsync(params byte[][] frames) =>
        AskAsync("send " + string.Join(' ', frames.Select(Show)));

    /// <summary>A frame as the script writes it.</summary>
    public static string Show(byte[] frame) => frame.Length == 0 ? "-" : Convert.ToHexStringLower(frame);

    private static async Task<PythonPeer> OpenAsync(string type, string action, string endpoint)
    {
        PythonPeer peer = Start("peer.py", type, action, endpoint);
        string hello = await peer.ListenAsync();
        peer.Endpoint = hello["ready ".Length..];
        return peer;
    }
}
