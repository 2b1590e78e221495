namespace Steno.Control;

/// <summary>How a question to the recorder ended. All of these are expected; none is an exception.</summary>
internal enum ControlOutcome
{
    Answered,

    /// <summary>No socket, or nobody behind it.</summary>
    NotRunning,

    /// <summary>Somebody is behind the socket, and does not answer: frozen, or stuck.</summary>
    NotAnswering,

    /// <summary>The socket belongs to another user, or what answers is no recorder of this version.</summary>
    Refused,
}
