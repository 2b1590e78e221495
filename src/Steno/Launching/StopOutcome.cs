namespace Steno.Launching;

internal enum StopOutcome
{
    /// <summary>Nothing to stop.</summary>
    NotRunning,

    /// <summary>It drained, committed and ended.</summary>
    Stopped,

    /// <summary>It did not end in time, the user allowed it, and it was killed.</summary>
    Killed,

    /// <summary>It still runs.</summary>
    StillRunning,
}
