namespace Steno.Zmtp;

/// <summary>What came of asking a peer whether it is there.</summary>
public enum PeerAnswer
{
    /// <summary>It is, and what it sent before has been read; or it is of ZMTP 3.0, and cannot be asked.</summary>
    Answered,

    /// <summary>It is connected, and has not answered in time.</summary>
    Silent,

    /// <summary>It is not connected, or its connection ended before it answered.</summary>
    Gone,
}
