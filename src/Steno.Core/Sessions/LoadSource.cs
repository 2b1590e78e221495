using Steno.Core.Checkpoints;
using Steno.Core.Files;

namespace Steno.Core.Sessions;

/// <summary>What is to be loaded: a checkpoint of ours, or a file of the earlier system. Exactly one is set.</summary>
public sealed record LoadSource
{
    public CheckpointManifest? Checkpoint { get; private init; }

    public EarlierCheckpoint? Earlier { get; private init; }

    /// <summary>What it is called.</summary>
    public string Name => Checkpoint?.Id ?? Earlier!.Name;

    public static LoadSource Of(CheckpointManifest checkpoint) => new() { Checkpoint = checkpoint };

    /// <param name="path">Absolute.</param>
    /// <exception cref="CheckpointRefusedException">It is no checkpoint of the earlier system.</exception>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static LoadSource OfFile(string path) => new()
    {
        Earlier = new EarlierCheckpointReader(path).ReadHead() ?? throw new CheckpointRefusedException(
            $"{path} is no checkpoint of the earlier system.", "`steno checkpoint list` shows what can be loaded."),
    };

    /// <summary>
    /// An id, the beginning of one, or a label; a checkpoint of the earlier system among ours, by its id, label or
    /// name; or a file.
    /// </summary>
    /// <param name="workingDirectory">Where a path begins that is not absolute.</param>
    /// <exception cref="CheckpointRefusedException">There is none, or there are several.</exception>
    /// <exception cref="StenoException">It is damaged, or cannot be read.</exception>
    public static LoadSource Find(LogDirectory directory, string which, string workingDirectory)
    {
        ArgumentNullException.ThrowIfNull(which);
        bool isPath = which.Contains('/', StringComparison.Ordinal) || which.EndsWith(".json", StringComparison.OrdinalIgnoreCase);
        string path = which.Contains('\0', StringComparison.Ordinal) ? "" : Path.GetFullPath(which, workingDirectory);
        if (isPath && path.Length > 0 && FileFacts.Of(path) is { } file)
            return file.Kind == FileKind.File ? OfFile(path) : throw NoFile($"{path} is no file, but {Kind(file.Kind)}.");
        if (EarlierCheckpoint.Find(directory, which) is { } earlier) return new LoadSource { Earlier = earlier };
        if (which.Contains('/', StringComparison.Ordinal)) throw NoFile($"There is no file {path}.");
        return Of(CheckpointCatalogue.Find(directory, which));
    }

    private static CheckpointRefusedException NoFile(string what) => new(
        what, "Give the path of a checkpoint file of the earlier system or of an export, or an id or label: `steno checkpoint list` shows those.");

    private static string Kind(FileKind kind) => kind switch
    {
        FileKind.Directory => "a directory",
        FileKind.Pipe => "a named pipe",
        FileKind.Socket => "a socket",
        _ => "a device",
    };

    /// <summary>Steps 2 and 3 of <see cref="CheckpointLoader"/>.</summary>
    public SessionManifest Prepare(CheckpointLoader loader)
    {
        ArgumentNullException.ThrowIfNull(loader);
        return Checkpoint is { } checkpoint ? loader.Prepare(checkpoint) : loader.Prepare(Earlier!);
    }
}
