using Steno.Core;

namespace Steno.Configuration;

/// <summary>A setting that cannot be taken. Its message is for the user: key, origin, value, what is allowed.</summary>
internal sealed class SettingException(string message)
    : StenoException(message, "docs/cli.md lists the settings, their names and what they allow.")
{
    public static SettingException Refused(SettingKey key, string origin, string value, string allowed) =>
        new($"{key.Name}: \"{value}\" (from {origin}) is refused. Allowed: {allowed}.");

    public static SettingException UnknownKey(string key, string file) =>
        new($"{file}: there is no setting \"{key}\". "
            + (NearestName.To(key, SettingKey.All.Select(known => known.Name)) is { } nearest
                ? $"Did you mean \"{nearest}\"?"
                : $"There are: {string.Join(", ", SettingKey.All.Select(known => known.Name))}."));
}
