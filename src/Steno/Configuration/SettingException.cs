using Steno.Core;

namespace Steno.Configuration;

/// <summary>
/// A setting that cannot be taken. Its message is for the user: key, origin, value, what is allowed.
/// </summary>
internal sealed class SettingException(string message)
    : StenoException(message, "docs/cli.md lists the settings, their names and what they allow.")
{
    public static SettingException Refused(SettingKey key, string origin, string value, string allowed) =>
        new($"{key.Name}: \"{value}\" (from {origin}) is refused. Allowed: {allowed}.");

    /// <summary>All of them at once: nobody wants to be told one slip a run.</summary>
    public static SettingException UnknownKeys(IReadOnlyList<string> keys, string file)
    {
        string[] names = [.. SettingKey.All.Select(known => known.Name)];
        IEnumerable<string> each = keys.Select(key => NearestName.To(key, names) is { } nearest
            ? $"\"{key}\" (did you mean \"{nearest}\"?)"
            : $"\"{key}\"");
        return new SettingException(
            $"{file}: there is no setting {string.Join(", ", each)}. There are: {string.Join(", ", names)}.");
    }
}
