namespace Steno.Core.Verification;

/// <summary>What a file of a log directory is there for.</summary>
public enum FileRole
{
    Journal,

    /// <summary><c>session.json</c>, or what it became in the archive.</summary>
    Session,

    /// <summary>The second copy of the current journal.</summary>
    Recovery,

    /// <summary>A checkpoint's own file.</summary>
    Manifest,

    /// <summary>Entries that manifests share.</summary>
    List,

    /// <summary>Lines of checkpoints.</summary>
    Segment,
}
