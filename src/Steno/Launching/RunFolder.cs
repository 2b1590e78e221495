using Steno.Control;
using Steno.Processes;

namespace Steno.Launching;

/// <summary>
/// What only running processes need, in <c>LOGS/run/</c> (0700): the control socket, the daemons' own logs,
/// and which broker we started. May be deleted whenever nothing runs.
/// </summary>
internal sealed class RunFolder(string logs)
{
    /// <summary>The log directory that it is in.</summary>
    public string Logs { get; } = logs;

    public string Path { get; } = System.IO.Path.Combine(logs, ControlSocket.RunFolder);

    public string BrokerLog => System.IO.Path.Combine(Path, "broker.log");

    public string RecorderLog => System.IO.Path.Combine(Path, "recorder.log");

    /// <summary>
    /// The broker that <c>steno start</c> launched; a broker of anyone else is none of our business.
    /// </summary>
    public string BrokerPid => System.IO.Path.Combine(Path, "broker.pid");

    /// <summary>Held while <c>start</c> or <c>stop</c> is at work; empty.</summary>
    public string LockFile => System.IO.Path.Combine(Path, "start.lock");

    /// <summary>The files that a start opens by name.</summary>
    public IReadOnlyList<string> Files => [BrokerLog, RecorderLog, BrokerPid, LockFile];

    public void Create() => PrivateDirectory.Create(Path);
}
