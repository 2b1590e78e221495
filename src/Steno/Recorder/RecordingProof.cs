namespace Steno.Recorder;

/// <summary>What a claim to be recording rests on, from the weakest to the strongest.</summary>
internal static class RecordingProof
{
    /// <summary>The doors are open, the peers are of the right type, and the journal has synced.</summary>
    public const string Handshake = "handshake";

    /// <summary>A message went the whole way from a socket to the disk.</summary>
    public const string Traffic = "traffic";

    /// <summary>A canary of our own went the whole way.</summary>
    public const string Probe = "probe";
}
