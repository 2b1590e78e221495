namespace Steno.Core.Files;

/// <summary>Another process writes in this log directory.</summary>
public sealed class DirectoryLockedException(string path, int? holder, Exception? inner = null) : StenoException(
    holder is { } pid
        ? $"Another recorder (pid {pid}) is writing in {path}."
        : $"Another recorder is writing in {path}.",
    "Stop it with `steno stop`, or give this one a directory of its own with --logs.",
    inner)
{
    public string Path { get; } = path;

    /// <summary>The pid of the writer, where it could be read.</summary>
    public int? Holder { get; } = holder;
}
