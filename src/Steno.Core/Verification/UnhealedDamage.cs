using System.Text.Json;
using System.Text.Json.Serialization;
using Steno.Core.Files;

namespace Steno.Core.Verification;

/// <summary>
/// What a recovery has looked at and could not heal, as <c>recovery/unhealed.json</c> keeps it: a verification tells it
/// from what is new. It proves nothing, and takes no damage away. Immutable.
/// </summary>
public sealed record UnhealedDamage
{
    /// <summary>The file of a hundred thousand places has less; what is larger is somebody's.</summary>
    private const long BytesMax = 64 << 20;

    /// <summary>The version of this shape.</summary>
    public int Format { get; init; } = 1;

    public required IReadOnlyList<UnhealedPlace> Places { get; init; }

    /// <summary>Empty where there is no such file, or none that can be read: then all damage is new.</summary>
    public static UnhealedDamage Load(LogDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(directory);
        string path = directory.UnhealedFile;
        try
        {
            if (FileFacts.Of(path) is { Kind: FileKind.File, Length: <= BytesMax }
                && JsonSerializer.Deserialize(File.ReadAllBytes(path), UnhealedJson.Default.UnhealedDamage) is { Format: 1, Places: not null } read)
                return read;
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            // It is only a mark on what is damaged anyway.
        }

        return new UnhealedDamage { Places = [] };
    }

    /// <summary>
    /// Replaces the file by what is damaged now; durable on return. Each place keeps the time when it was first found. Where
    /// nothing is, there is no file.
    /// </summary>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public static void Save(LogDirectory directory, IReadOnlyList<FoundDamage> damage, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(directory);
        UnhealedDamage before = Load(directory);
        UnhealedPlace[] places = [.. damage.Select(one => UnhealedPlace.From(one, directory, before.Find(one, directory)?.Found ?? one.KnownSince ?? now))];
        if (places.Length == 0 && FileFacts.Of(directory.UnhealedFile) is not null) directory.Disk.DeleteDurably(directory.UnhealedFile);
        if (places.Length == 0 || places.SequenceEqual(before.Places)) return;
        directory.Disk.CreateDirectory(Path.GetDirectoryName(directory.UnhealedFile)!);
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(new UnhealedDamage { Places = places }, UnhealedJson.Default.UnhealedDamage);
        directory.Disk.WriteAtomically(directory.UnhealedFile, [.. json, (byte)'\n']);
    }

    /// <summary>The same damage, with what is known of it.</summary>
    public FoundDamage Mark(FoundDamage damage, LogDirectory directory)
    {
        ArgumentNullException.ThrowIfNull(damage);
        ArgumentNullException.ThrowIfNull(directory);
        if (Find(damage, directory) is not { } known) return damage;
        bool isEarlier = damage.KnownSince < known.Found;
        return damage with { KnownSince = isEarlier ? damage.KnownSince : known.Found, Report = directory.UnhealedFile };
    }

    private UnhealedPlace? Find(FoundDamage damage, LogDirectory directory)
    {
        UnhealedPlace sought = UnhealedPlace.From(damage, directory, default);
        return Places.FirstOrDefault(place => place is not null && place.Holds(sought));
    }
}

/// <param name="File">Relative to the log directory.</param>
/// <param name="FirstSeq">The first line that is lost with it; 0 where none can be named.</param>
/// <param name="What">In a sentence.</param>
/// <param name="Found">When it was found first.</param>
public sealed record UnhealedPlace(
    string File, string Role, string Kind, long Offset, long Length, long FirstSeq, long LastSeq, Guid? Session, string What, DateTimeOffset Found)
{
    internal static UnhealedPlace From(FoundDamage damage, LogDirectory directory, DateTimeOffset found) => new(
        Path.GetRelativePath(directory.Root, damage.File), RoleName.Of(damage.Role), damage.Kind, damage.Offset, damage.Length,
        damage.FirstSeq, damage.LastSeq, damage.Session, damage.What, found);

    /// <summary>The other is this one, or a part of it; its lines count, and not where others' bytes have moved them.</summary>
    internal bool Holds(UnhealedPlace other) =>
        File == other.File && Role == other.Role && Kind == other.Kind && Session == other.Session
        && (FirstSeq == 0 ? other.FirstSeq == 0 && Length == other.Length : FirstSeq <= other.FirstSeq && other.LastSeq <= LastSeq);
}

[JsonSerializable(typeof(UnhealedDamage))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, WriteIndented = true)]
internal sealed partial class UnhealedJson : JsonSerializerContext;
