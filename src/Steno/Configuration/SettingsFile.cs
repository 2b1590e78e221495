using System.Globalization;
using System.Text;
using System.Text.Json;
using Steno.Core.Files;

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
            // Of a directory or a dangling link it is said what it is: somebody meant something by it.
            if (Path.Exists(candidate) || new FileInfo(candidate).LinkTarget is not null) return candidate;
        }

        return null;
    }

    /// <exception cref="SettingException">It cannot be read, is no object, or has an unknown key.</exception>
    public static IReadOnlyDictionary<SettingKey, GivenValue> Read(string path)
    {
        using JsonDocument document = Parse(path);
        JsonProperty[] properties = [.. document.RootElement.EnumerateObject()];
        string[] unknown =
        [
            .. properties.Select(property => property.Name)
                .Where(name => SettingKey.All.All(known => known.Name != name)).Distinct(),
        ];
        if (unknown.Length > 0) throw SettingException.UnknownKeys(unknown, path);

        var given = new Dictionary<SettingKey, GivenValue>();
        foreach (JsonProperty property in properties)
        {
            SettingKey key = SettingKey.All.Single(known => known.Name == property.Name);
            var value = new GivenValue(Texts(key, property.Value, path), path, Path.GetDirectoryName(path)!);
            if (!given.TryAdd(key, value)) throw new SettingException($"{path}: \"{key.Name}\" is there twice.");
        }

        return given;
    }

    /// <summary>One setting, whatever the others are; null if it is not there.</summary>
    /// <exception cref="SettingException">The file cannot be read, or this setting cannot be
    /// taken.</exception>
    public static GivenValue? ReadOnly(SettingKey key, string path)
    {
        using JsonDocument document = Parse(path);
        return document.RootElement.TryGetProperty(key.Name, out JsonElement value)
            ? new GivenValue(Texts(key, value, path), path, Path.GetDirectoryName(path)!)
            : null;
    }

    private static JsonDocument Parse(string path)
    {
        byte[] bytes = [];
        try
        {
            bytes = ReadBounded(path);
            JsonDocument document = JsonDocument.Parse(bytes, Lenient);
            if (document.RootElement.ValueKind is JsonValueKind.Object && HaveNames(document.RootElement)) return document;
            bool isObject = document.RootElement.ValueKind is JsonValueKind.Object;
            document.Dispose();
            throw new SettingException(isObject
                ? $"{path}: a key is no text, but half a surrogate pair."
                : $"{path}: a JSON object of settings is expected.");
        }
        catch (JsonException broken)
        {
            throw new SettingException($"{path}, {PlaceOf(broken, bytes)}: this is no JSON. {Reason(broken)}");
        }
        catch (Exception unreadable) when (unreadable is IOException or UnauthorizedAccessException or StorageException)
        {
            throw new SettingException($"{path} cannot be read: {unreadable.Message}");
        }
    }

    /// <summary>As editors count: from 1, and columns in characters.</summary>
    private static string PlaceOf(JsonException broken, ReadOnlySpan<byte> bytes)
    {
        int line = (int)(broken.LineNumber ?? 0);
        for (int skipped = 0; skipped < line; skipped++) bytes = bytes[(bytes.IndexOf((byte)'\n') + 1)..];
        int column = Encoding.UTF8.GetCharCount(bytes[..(int)Math.Min(broken.BytePositionInLine ?? 0, bytes.Length)]);
        return string.Create(CultureInfo.InvariantCulture, $"line {line + 1}, column {column + 1}");
    }

    /// <summary>The library's sentence, without the place that it counts from 0.</summary>
    private static string Reason(JsonException broken) =>
        broken.Message.Split(" LineNumber:", 2)[0].Split(" Path:", 2)[0];

    private static byte[] ReadBounded(string path)
    {
        FileFacts.RequireFile(path); // a pipe would be waited for, a device read without end
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
        JsonValueKind.String when TryGetString(value) is { } text => text,
        JsonValueKind.Number when key.InFile is SettingForm.Number => value.GetRawText(),
        JsonValueKind.True or JsonValueKind.False when key.InFile is SettingForm.Flag => value.GetRawText(),
        _ => throw SettingException.Refused(key, path, value.GetRawText(), key switch
        {
            { Repeatable: true } => "a string, or a list of strings",
            { InFile: SettingForm.Number } => "a number, or a string such as \"256MiB\"",
            { InFile: SettingForm.Flag } => "true or false",
            _ => "a string",
        }),
    };

    private static bool HaveNames(JsonElement settings)
    {
        try
        {
            return settings.EnumerateObject().All(property => property.Name is not null);
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    /// <summary>Null for half a surrogate pair, which is a string of JSON and no text.</summary>
    private static string? TryGetString(JsonElement value)
    {
        try
        {
            return value.GetString();
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
