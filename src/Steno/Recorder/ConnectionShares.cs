using Steno.Control;
using Steno.Processes;
using Steno.Zmtp;

namespace Steno.Recorder;

/// <summary>
/// How many connections may be open at once: each is a descriptor, and the journal needs some of its own.
/// </summary>
/// <param name="Direct">At the door for PUSH sockets.</param>
/// <param name="Control">At the control socket.</param>
internal sealed record ConnectionShares(int Direct, int Control)
{
    private const int ControlMin = 4;

    /// <summary>Twice what the feed admits: see <see cref="ControlVisitors"/>.</summary>
    private const int ControlMax = 2 * LiveFeed.ReadersMax;

    /// <summary>What the process's limit leaves, once it is raised as far as it goes.</summary>
    /// <exception cref="Core.StenoException">Too little to record under.</exception>
    public static ConnectionShares Find(int brokers)
    {
        int connections = OpenFiles.ConnectionsMax(OpenFiles.RaiseLimit(), brokers);
        int control = Math.Clamp(connections / 4, ControlMin, ControlMax);
        int direct = connections - control - ControlVisitors.Leaving;
        return new ConnectionShares(Math.Min(direct, new ZmtpOptions().MaxConnections), control);
    }
}
