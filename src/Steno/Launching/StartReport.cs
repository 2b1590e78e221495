using Steno.Processes;
using Steno.Recorder;
using Steno.Zmtp;

namespace Steno.Launching;

/// <summary>What <c>steno start</c> did.</summary>
/// <param name="Recorder">The recorder, launched or found.</param>
/// <param name="RecorderWasRunning">Whether it was found.</param>
/// <param name="Broker">The broker that we launched, now or earlier; null when another one is used.</param>
/// <param name="BrokerWasRunning">Whether there was a broker already, ours or another.</param>
/// <param name="Publishers">Where agents connect to publish; null if the broker is not ours and does not tell.</param>
/// <param name="Status">The proof: <see cref="RecorderStatus.Recording"/> is true.</param>
internal sealed record StartReport(
    int? Recorder,
    bool RecorderWasRunning,
    ProcessIdentity? Broker,
    bool BrokerWasRunning,
    ZmtpEndpoint? Publishers,
    RecorderStatus Status);
