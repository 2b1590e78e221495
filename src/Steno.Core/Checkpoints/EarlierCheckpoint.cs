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
    /// <summary>Of those that may be meant.</summary>
    private const int NamedMax = 10;

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

    /// <summary>By id, label or the file's name. Of several that which is whole, if the others are not.</summary>
    /// <returns>Null: there is none.</returns>
    /// <exception cref="CheckpointRefusedException">There are several.</exception>
    public static EarlierCheckpoint? Find(LogDirectory directory, string idOrLabel)
    {
        IReadOnlyList<EarlierCheckpoint> all = All(directory);
        EarlierCheckpoint[] named = [.. all.Where(one => one.Name == idOrLabel)];
        if (named.Length == 0) named = [.. all.Where(one => one.Id == idOrLabel || one.Label == idOrLabel)];
        if (named.Length < 2) return named.FirstOrDefault();
        if (named.Where(IsWhole).ToArray() is [var whole]) return whole;
        string files = string.Join(", ", named.Take(NamedMax).Select(one => one.File));
        throw new CheckpointRefusedException(
            $"{named.Length} checkpoints of the earlier system are called \"{idOrLabel}\": {files}{(named.Length > NamedMax ? ", …" : ".")}",
            "Give the file that you mean, as in `steno checkpoint load FILE`.");
    }

    private static bool IsWhole(EarlierCheckpoint one)
    {
        try
        {
            new EarlierCheckpointReader(one.File).Read(static _ => { });
            return true;
        }
        catch (StenoException)
        {
            return false; // whoever gives its name is told why
        }
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
