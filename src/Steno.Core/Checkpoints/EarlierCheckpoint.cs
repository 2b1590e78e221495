using Steno.Core.Files;

namespace Steno.Core.Checkpoints;

/// <summary>
/// What a checkpoint file of the earlier Python system says of itself. It proves nothing: no part of it is hashed.
/// </summary>
/// <param name="File">Absolute.</param>
/// <param name="Id">Its <c>checkpoint_id</c>; null where it has none, or none before its messages.</param>
/// <param name="Timestamp">As it stands there.</param>
/// <param name="MessageCount">As it says.</param>
/// <param name="SizeBytes">As it says: of whatever that system counted.</param>
public sealed record EarlierCheckpoint(
    string File, string? Id = null, string? Timestamp = null, string? Label = null, long? MessageCount = null, long? SizeBytes = null)
{
    /// <summary>What it is called where an id is wanted.</summary>
    public string Name => Path.GetFileNameWithoutExtension(File);

    /// <summary>Those that lie among a log directory's checkpoints, by name. Files that are none are passed over.</summary>
    /// <exception cref="StorageException">The directory cannot be read.</exception>
    public static IReadOnlyList<EarlierCheckpoint> All(LogDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        HashSet<string> ours = [.. CheckpointCatalogue.Ids(directory)];
        try
        {
            return !Directory.Exists(directory.Checkpoints) ? [] :
            [
                .. Directory.EnumerateFiles(directory.Checkpoints, "*.json").Order(StringComparer.Ordinal)
                    .Where(path => !ours.Contains(Path.GetFileNameWithoutExtension(path))).Select(TryReadHead).OfType<EarlierCheckpoint>(),
            ];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.FromException("read", directory.Checkpoints, e);
        }
    }

    /// <summary>By id, label or the file's name; null if there is none, or are several.</summary>
    public static EarlierCheckpoint? Find(LogDirectory directory, string idOrLabel)
    {
        IReadOnlyList<EarlierCheckpoint> all = All(directory);
        EarlierCheckpoint[] named = [.. all.Where(one => one.Name == idOrLabel)];
        if (named.Length == 0) named = [.. all.Where(one => one.Id == idOrLabel || one.Label == idOrLabel)];
        return named is [var found] ? found : null;
    }

    private static EarlierCheckpoint? TryReadHead(string path)
    {
        try
        {
            return new EarlierCheckpointReader(path).ReadHead();
        }
        catch (StenoException)
        {
            return null; // somebody's own file: verify names it
        }
    }
}
