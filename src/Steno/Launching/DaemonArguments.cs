using System.Globalization;
using Steno.Configuration;

namespace Steno.Launching;

/// <summary>
/// The command lines of the daemons, with every setting said: a daemon works in the log directory, where
/// another <c>steno.json</c> or none may hold.
/// </summary>
internal static class DaemonArguments
{
    /// <summary>
    /// Hidden option of the daemons: where their output goes, so that they keep it within bounds.
    /// </summary>
    public const string LogOption = "--daemon-log";

    public static IReadOnlyList<string> Broker(StenoSettings settings, string log) =>
    [
        "broker",
        SettingKey.Publishers.Option, settings.Publishers.ToString(),
        SettingKey.Subscribers.Option, settings.Subscribers.ToString(),
        SettingKey.Direct.Option, settings.Direct?.ToString() ?? "off",
        .. Shared(settings, log),
    ];

    public static IReadOnlyList<string> Recorder(StenoSettings settings, string log) =>
    [
        "record",
        SettingKey.Logs.Option, settings.Logs,
        .. settings.Brokers.SelectMany(broker => new[] { SettingKey.Brokers.Option, broker.ToString() }),
        SettingKey.Direct.Option, settings.Direct?.ToString() ?? "off",
        SettingKey.QueueBudget.Option, Bytes(settings.QueueBudgetBytes),
        SettingKey.MessageLimit.Option, Bytes(settings.MessageLimitBytes),
        SettingKey.DiskReserve.Option, Bytes(settings.DiskReserveBytes),
        SettingKey.CheckpointInterval.Option, Seconds(settings.CheckpointInterval),
        SettingKey.RotateAt.Option, Bytes(settings.RotateAtBytes),
        .. settings.Rules is { } rules ? new[] { SettingKey.Rules.Option, rules } : [],
        .. Shared(settings, log),
    ];

    private static IEnumerable<string> Shared(StenoSettings settings, string log) =>
    [
        .. settings.AllowRemote ? new[] { SettingKey.AllowRemote.Option } : [],
        LogOption, log,
    ];

    private static string Seconds(TimeSpan span) => ((long)span.TotalSeconds).ToString(CultureInfo.InvariantCulture);

    private static string Bytes(long bytes) => bytes.ToString(CultureInfo.InvariantCulture);
}
