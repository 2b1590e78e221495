using System.Text.Json;

namespace Steno.Configuration;

/// <summary>
/// <c>steno.json</c>: an object of settings, with comments if the user likes. The first one found from the
/// working directory upwards counts, and only that one.
/// </summary>
internal static class SettingsFile
{
    public const string FileName = "steno.json";

    /// <summary>A file of ten settings has no reason to be larger.</summary>
    private const int BytesMax = 1 << 20;

    private static readonly JsonDocumentOptions Lenient =
        new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    /// <summary>The file that holds for <paramref name="workingDirectory"/>, or null.</summary>
    public static string? Find(string workingDirectory)
    {
        for (string? directory = workingDirectory; directory is not null; directory = Path.GetDirectoryName(directory))
        {
            string candidate = Path.Combine(directory, FileName);
            if (File.Exists(candidate)) return candidate;
        }

        return null;
    }

    /// <exception cref="SettingException">It cannot be read, is no object, or has an unknown key.</exception>
    public static IReadOnlyDictionary<SettingKey, GivenValue> Read(string path)
    {
        try
        {
            using JsonDocument document = JsonDocument.Parse(ReadBounded(path), Lenient);
            if (document.RootElement.ValueKind is not JsonValueKind.Object)
                throw new SettingException($"{path}: a JSON object of settings is expected.");

            var given = new Dictionary<SettingKey, GivenValue>();
            foreach (JsonProperty property in document.RootElement.EnumerateObject())
            {
                SettingKey key = SettingKey.All.FirstOrDefault(known => known.Name == property.Name)
                    ?? throw SettingException.UnknownKey(property.Name, path);
                var value = new GivenValue(Texts(key, property.Value, path), path, Path.GetDirectoryName(path)!);
                if (!given.TryAdd(key, value))
                    throw new SettingException($"{path}: \"{key.Name}\" is there twice.");
            }

            return given;
        }
        catch (Exception unreadable) when (unreadable is JsonException or IOException
            or UnauthorizedAccessException or InvalidOperationException)
        {
            throw new SettingException($"{path} cannot be read: {unreadable.Message}");
        }
    }

    private static byte[] ReadBounded(string path)
    {
        using FileStream file = File.OpenRead(path);
        if (file.Length > BytesMax)
            throw new SettingException($"{path}: {file.Length} bytes; at most {BytesMax} are allowed.");
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        // A byte-order mark, as Windows editors leave it, is no JSON.
        return bytes is [0xEF, 0xBB, 0xBF, ..] ? bytes[3..] : bytes;
    }

    private static string[] Texts(SettingKey key, JsonElement value, string path) => value.ValueKind switch
    {
        JsonValueKind.Array when key.Repeatable && value.GetArrayLength() > 0 =>
            [.. value.EnumerateArray().Select(item => Text(key, item, path))],
        _ => [Text(key, value, path)],
    };

    private static string Text(SettingKey key, JsonElement value, string path) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => throw SettingException.Refused(key, path, value.GetRawText(),
            key.Repeatable ? "a string, or a list of strings" : "a string, a number, true or false"),
    };
}
