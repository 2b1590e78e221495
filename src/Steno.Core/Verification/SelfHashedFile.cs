using System.Text.Json;
using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Verification;

/// <summary>
/// Reads a manifest or a <c>session.json</c>, to its last byte: what stands in it is what its hash says, and nothing
/// stands behind that.
/// </summary>
internal static class SelfHashedFile
{
    private const string NoNewline = "Its last newline is not there.";

    /// <param name="load">Gives null where there is no such file.</param>
    /// <param name="damage">Where to say what is wrong.</param>
    /// <returns>Null: it says nothing that could be taken.</returns>
    public static T? Read<T>(string path, FileRole role, Func<string, T?> load, List<FoundDamage> damage)
        where T : class
    {
        try
        {
            if (FileFacts.Of(path) is { Kind: not FileKind.File })
            {
                damage.Add(Whole(path, role, "altered", "It is no file."));
                return null;
            }

            T? loaded = load(path);
            if (loaded is not null && FindBehind(path, role) is { } behind) damage.Add(behind);
            return loaded;
        }
        catch (StorageException e)
        {
            if (FileFacts.IsNamed(path)) damage.Add(Whole(path, role, "unreadable", FileFacts.IsForbidden(path) ? DamageText.Forbidden : e.Message));
        }
        catch (IOException e)
        {
            if (FileFacts.Of(path) is not null) damage.Add(Whole(path, role, "unreadable", e.Message)); // else it was deleted meanwhile
        }
        catch (JournalDamagedException e)
        {
            damage.Add(Whole(path, role, "altered", $"It is not as it was written: {e.What}."));
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException or NotSupportedException)
        {
            damage.Add(Whole(path, role, "altered", "Its hash is right, and what it says makes no sense: it was not written by Steno."));
        }
        catch (StenoException e)
        {
            damage.Add(Whole(path, role, "unreadable", e.Message));
        }

        return null;
    }

    public static FoundDamage Whole(string path, FileRole role, string kind, string what) => new()
    {
        File = path,
        Role = role,
        Kind = kind,
        Length = FileFacts.Of(path)?.Length ?? 0,
        What = what,
    };

    /// <summary>What the file says can be taken, and only its end is not as it was written.</summary>
    public static bool IsLineWhole(FoundDamage damage) =>
        damage.Role is FileRole.Manifest or FileRole.Session && (damage.Kind == "foreign" || damage is { Kind: "altered", What: NoNewline });

    private static FoundDamage? FindBehind(string path, FileRole role)
    {
        byte[] all = File.ReadAllBytes(path);
        int end = all.IndexOf((byte)'\n') + 1;
        return end == 0 ? Whole(path, role, "altered", NoNewline)
            : end == all.Length ? null
            : Whole(path, role, "foreign", "Bytes that Steno did not write stand behind its line.") with { Offset = end, Length = all.Length - end };
    }
}
