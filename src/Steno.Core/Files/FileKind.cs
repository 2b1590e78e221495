namespace Steno.Core.Files;

/// <summary>What has a name in a directory.</summary>
public enum FileKind
{
    /// <summary>An ordinary file.</summary>
    File,

    Directory,

    /// <summary>A named pipe: opening it waits for whoever opens the other end.</summary>
    Pipe,

    Socket,

    /// <summary>A terminal, a disk, or something like <c>/dev/null</c>.</summary>
    Device,
}
