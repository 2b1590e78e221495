namespace Steno.Core.Sessions;

/// <summary>Why a session began.</summary>
public static class SessionReason
{
    /// <summary>There was none.</summary>
    public const string Created = "created";

    /// <summary>A journal was there without its <c>session.json</c>, or with a damaged one.</summary>
    public const string Adopted = "adopted";

    /// <summary>A journal was expected and had vanished.</summary>
    public const string JournalMissing = "journal_missing";

    /// <summary>The journal before it ended before a line that was known to be recorded, or was written over.</summary>
    public const string JournalCut = "journal_cut";

    /// <summary>The disk refused a write or a sync of the journal before it, while recording.</summary>
    public const string DiskFailed = "disk_failed";

    /// <summary>Somebody asked for it.</summary>
    public const string New = "new";

    /// <summary>The journal before it had grown to its largest size.</summary>
    public const string Rotated = "rotated";

    /// <summary>It begins with the lines of a checkpoint.</summary>
    public const string CheckpointLoaded = "checkpoint_loaded";

    /// <summary>The session before it ended whole, with everything that was said until then.</summary>
    public static bool IsOrderly(string? reason) => reason is New or Rotated or CheckpointLoaded;
}
