using System.Globalization;
using Steno.Zmtp;

namespace Steno.Recorder;

/// <summary>Why a broker is not heard, in words for status.</summary>
internal static class BrokerProblem
{
    /// <summary>On one machine connection and handshake take milliseconds, over a network some hundred.</summary>
    private static readonly TimeSpan PatienceWithAttempt = TimeSpan.FromSeconds(1.5);

    /// <summary>Less than <see cref="ConnectionStatus.ProgressBytes"/> of a message in so long are fewer than 64 KiB a second.</summary>
    private static readonly TimeSpan PatienceWithMessage = TimeSpan.FromSeconds(3);

    /// <summary>A broker that nobody speaks to answers a PING each second.</summary>
    private static readonly TimeSpan PatienceWithAnswer = TimeSpan.FromSeconds(1.5);

    /// <summary>The first version of ZMTP that knows PING.</summary>
    private static readonly Version AnswersPing = new(3, 1);

    /// <summary>
    /// Why nothing is heard. An attempt that hangs is told before it is given up: what the one before met, such
    /// as a port where nobody listened, may hold no longer.
    /// </summary>
    public static string OfSilence(ConnectionStatus? status, DateTimeOffset now)
    {
        TimeSpan waited = status is null ? TimeSpan.Zero : now - status.Since;
        bool hangs = waited >= PatienceWithAttempt;
        return status switch
        {
            { State: ConnectionState.Handshaking } when hangs => string.Create(CultureInfo.InvariantCulture,
                $"Connected, but the ZeroMQ handshake has not been answered for {waited.TotalSeconds:0} s. Check that a ZeroMQ socket owns the port and is not frozen."),
            { State: ConnectionState.Connecting } when hangs => string.Create(CultureInfo.InvariantCulture,
                $"No connection for {waited.TotalSeconds:0} s: neither accepted nor refused. Check the address, the network, and whether what listens there is frozen."),
            { Fault: { } fault } => fault.ToString(),
            { State: ConnectionState.Handshaking } => "The handshake is not done yet.",
            _ => "Not connected yet.",
        };
    }

    /// <summary>The connection is there, and no sign of life comes. Null if one came a moment ago.</summary>
    public static string? OfLateness(ConnectionStatus status, DateTimeOffset now)
    {
        if (status.State != ConnectionState.Ready || status.PeerVersion < AnswersPing) return null;
        TimeSpan silence = now - (status.LastHeard > status.Since ? status.LastHeard.Value : status.Since);
        return silence <= PatienceWithAnswer ? null : string.Create(CultureInfo.InvariantCulture,
            $"No sign of life from {status.Endpoint} for {silence.TotalSeconds:0.0} s: whether it still hands on what is said there is not known.");
    }

    /// <summary>The connection is there, but a message that hardly comes on keeps everything behind it back. Null if none does.</summary>
    public static string? OfSlowness(ConnectionStatus? status, DateTimeOffset now) =>
        status?.UnfinishedSince is { } since && now - since > PatienceWithMessage
            ? string.Create(CultureInfo.InvariantCulture,
                $"A message from there has hardly come on for {(now - since).TotalSeconds:0} s: what is said behind it is not heard until it ends. Check the network, and who sends it.")
            : null;
}
