using Steno.Configuration;

namespace Steno.Launching;

/// <summary>
/// What a recorder that <c>start</c> launched was told on its command line: every setting. Of one that somebody runs in the foreground
/// nothing is known.
/// </summary>
internal static class RunningRecorder
{
    /// <summary>Those beside the doors, which its status tells.</summary>
    private static readonly SettingKey[] Keys =
    [
        SettingKey.QueueBudget, SettingKey.MessageLimit, SettingKey.DiskReserve, SettingKey.CheckpointInterval, SettingKey.RotateAt,
        SettingKey.Rules,
    ];

    /// <summary>Settings that were asked for, by option, variable or file, and which it was not started with.</summary>
    /// <returns>The option, and what it has; null: nothing.</returns>
    public static IEnumerable<(SettingKey Key, string? Has)> Others(int pid, StenoSettings settings) =>
        Others(Told(pid), settings);

    internal static IEnumerable<(SettingKey Key, string? Has)> Others(IReadOnlyList<string> told, StenoSettings settings)
    {
        if (!told.Contains(DaemonArguments.LogOption)) yield break;
        IReadOnlyList<string> wanted = DaemonArguments.Recorder(settings, "");
        foreach (SettingKey key in Keys.Where(settings.Given.Contains))
        {
            if (ValueOf(key, told) is var has && has != ValueOf(key, wanted)) yield return (key, has);
        }
    }

    private static string? ValueOf(SettingKey key, IReadOnlyList<string> line) =>
        line.SkipWhile(word => word != key.Option).Skip(1).FirstOrDefault();

    private static string[] Told(int pid)
    {
        try
        {
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return []; // it has just ended, or this is no Linux
        }
    }
}
