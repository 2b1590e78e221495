using Microsoft.Extensions.Logging.Abstractions;
using Steno.Zmtp;

namespace Steno.Launching;

/// <summary>
/// Shakes hands with a broker before anything is launched for it: a recorder that cannot hear would begin a
/// session about nothing. Asks for no message, so nobody notices.
/// </summary>
internal sealed class BrokerProbe(TimeProvider time)
{
    /// <summary>The least that a queue may have; nothing comes into it.</summary>
    private const long QueueBytes = 1 << 20;

    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(10);

    /// <param name="broker">Where it should have its door for subscribers.</param>
    /// <param name="patience">How long nobody may answer.</param>
    /// <param name="throwIfHopeless">Called again and again: whether waiting still makes sense.</param>
    /// <param name="cancellation">Stops waiting.</param>
    /// <returns>Null when it answers as a broker does; else why it does not, with the remedy.</returns>
    public async Task<string?> FindProblemAsync(
        ZmtpEndpoint broker, TimeSpan patience, Action throwIfHopeless, CancellationToken cancellation)
    {
        using var queue = new ReceiveQueue(QueueBytes, time);
        await using var socket = new SubSocket(new ZmtpOptions(), queue, time, NullLogger.Instance);
        socket.Connect(broker);
        long began = time.GetTimestamp();
        while (true)
        {
            ConnectionStatus? status = socket.Connections is [var only, ..] ? only : null;
            if (status?.State is ConnectionState.Ready) return null;
            // A wrong door stays one; what does not answer may only be late.
            if (status?.Fault is { } fault
                && (IsFinal(fault.Code) || time.GetElapsedTime(began) > patience))
                return fault.ToString();

            throwIfHopeless();
            await Task.Delay(Poll, time, cancellation).ConfigureAwait(false);
        }
    }

    private static bool IsFinal(ZmtpFaultCode code) => code is ZmtpFaultCode.WrongDoor or ZmtpFaultCode.NotZmtp
        or ZmtpFaultCode.UnsupportedVersion or ZmtpFaultCode.MechanismMismatch or ZmtpFaultCode.HandshakeTimeout
        or ZmtpFaultCode.NameNotResolved;
}
