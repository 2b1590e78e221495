using Steno.Zmtp;

namespace Steno.Configuration;

/// <summary>
/// Options beat <c>STENO_*</c> variables, these beat <c>steno.json</c>, and that beats the defaults.
/// </summary>
internal sealed class SettingsReader
{
    private const string AllowedEndpoint = "tcp://HOST:PORT with a port from 1 to 65535, or ipc://PATH";

    private const string VariablePrefix = "STENO_";

    private const string LogsDefault = "conversation_logs";

    private readonly Dictionary<SettingKey, GivenValue> _given = [];
    private readonly string _workingDirectory;

    private SettingsReader(string workingDirectory) => _workingDirectory = workingDirectory;

    /// <summary>Reads and checks all settings, also those that the verb at hand does not use.</summary>
    /// <param name="options">What stood on the command line.</param>
    /// <param name="variables">The environment.</param>
    /// <param name="workingDirectory">Absolute.</param>
    /// <exception cref="SettingException">A value that cannot be taken.</exception>
    public static StenoSettings Read(
        IReadOnlyDictionary<SettingKey, IReadOnlyList<string>> options,
        IReadOnlyDictionary<string, string> variables,
        string workingDirectory)
    {
        var reader = new SettingsReader(workingDirectory);
        reader.Collect(options, variables);
        return reader.Validate(MistypedVariables(variables));
    }

    /// <summary>
    /// The log directory alone, for <c>stop</c>: what runs must be stoppable whatever is wrong in
    /// <c>steno.json</c>.
    /// </summary>
    /// <returns>
    /// The directory, and why the file could not be asked for it, if it would have been; then it is the
    /// default.
    /// </returns>
    /// <exception cref="SettingException">An option or variable gives it, and it cannot be taken.</exception>
    public static (string Logs, string? Problem) ReadLogs(
        IReadOnlyDictionary<SettingKey, IReadOnlyList<string>> options,
        IReadOnlyDictionary<string, string> variables,
        string workingDirectory)
    {
        var reader = new SettingsReader(workingDirectory);
        reader.CollectGiven(SettingKey.Logs, options, variables);
        string? problem = null;
        try
        {
            if (reader._given.Count == 0 && SettingsFile.Find(workingDirectory) is { } file
                && SettingsFile.ReadOnly(SettingKey.Logs, file) is { } value)
                reader._given[SettingKey.Logs] = value;
        }
        catch (SettingException broken)
        {
            problem = broken.Message;
        }

        return (reader.LogsOrDefault(), problem);
    }

    private string LogsOrDefault()
    {
        string logs = PathOf(SettingKey.Logs) ?? Path.Combine(_workingDirectory, LogsDefault);
        if (!File.Exists(logs)) return logs;
        string origin = Single(SettingKey.Logs)?.Origin ?? "the default";
        string what = new FileInfo(logs).ResolveLinkTarget(returnFinalTarget: false) is { Exists: false } target
            ? $"a link to {target.FullName}, which is not there"
            : "a file";
        throw SettingException.Refused(
            SettingKey.Logs, origin, logs, $"a directory, there already or to be made; this is {what}");
    }

    private void Collect(
        IReadOnlyDictionary<SettingKey, IReadOnlyList<string>> options, IReadOnlyDictionary<string, string> variables)
    {
        if (SettingsFile.Find(_workingDirectory) is { } file)
            foreach ((SettingKey key, GivenValue value) in SettingsFile.Read(file))
                _given[key] = value;

        foreach (SettingKey key in SettingKey.All) CollectGiven(key, options, variables);
    }

    private void CollectGiven(
        SettingKey key, IReadOnlyDictionary<SettingKey, IReadOnlyList<string>> options, IReadOnlyDictionary<string, string> variables)
    {
        // A variable that is set to nothing counts as not set: the shell's way to switch one off.
        if (variables.TryGetValue(key.Variable, out string? text) && text.Length > 0)
            _given[key] = new GivenValue(
                key.Repeatable ? text.Split(',', StringSplitOptions.TrimEntries) : [text],
                $"variable {key.Variable}", _workingDirectory);
        if (options.TryGetValue(key, out IReadOnlyList<string>? values) && values.Count > 0)
            _given[key] = new GivenValue(values, $"option {key.Option}", _workingDirectory);
    }

    private StenoSettings Validate(IEnumerable<string> remarks)
    {
        bool allowRemote = Flag(SettingKey.AllowRemote);
        List<string> warnings = [.. remarks];
        ZmtpEndpoint subscribers = Door(SettingKey.Subscribers, "tcp://127.0.0.1:5555", allowRemote, warnings);
        return new StenoSettings
        {
            Logs = LogsOrDefault(),
            Brokers = _given.TryGetValue(SettingKey.Brokers, out GivenValue? brokers)
                ? [.. brokers.Values.Select(text => EndpointOf(SettingKey.Brokers, brokers.Origin, text)).Distinct()]
                : [Reachable(subscribers)],
            Direct = IsOff(SettingKey.Direct)
                ? null
                : Door(SettingKey.Direct, "tcp://127.0.0.1:5557", allowRemote, warnings),
            Publishers = Door(SettingKey.Publishers, "tcp://127.0.0.1:5556", allowRemote, warnings),
            Subscribers = subscribers,
            QueueBudgetBytes = Size(
                SettingKey.QueueBudget, StenoSettings.QueueBudgetDefault, ByteSize.MiB, 64 * ByteSize.GiB),
            // The largest is what a line can hold when every byte of it must be escaped sixfold.
            MessageLimitBytes = Size(
                SettingKey.MessageLimit, StenoSettings.MessageLimitDefault, 64 * ByteSize.KiB, 256 * ByteSize.MiB),
            DiskReserveBytes = Size(SettingKey.DiskReserve, StenoSettings.DiskReserveDefault, 0, ByteSize.TiB),
            CheckpointInterval = Interval(
                SettingKey.CheckpointInterval, StenoSettings.CheckpointIntervalDefault, StenoSettings.CheckpointIntervalMax),
            RotateAtBytes = SizeOrNone(SettingKey.RotateAt, StenoSettings.RotateAtDefault, StenoSettings.RotateAtMin, ByteSize.TiB),
            Rules = PathOf(SettingKey.Rules),
            AllowRemote = allowRemote,
            Given = _given.Keys.ToHashSet(),
            Warnings = warnings,
        };
    }

    /// <summary>Of unknown variables only those near to one of ours: others' names may begin as ours do.</summary>
    private static IEnumerable<string> MistypedVariables(IReadOnlyDictionary<string, string> variables)
    {
        Dictionary<string, string> known = SettingKey.All.ToDictionary(
            key => key.Variable[VariablePrefix.Length..].ToLowerInvariant(), key => key.Variable);
        return variables.Keys
            .Where(name => name.StartsWith(VariablePrefix, StringComparison.OrdinalIgnoreCase) && !known.ContainsValue(name))
            .Order(StringComparer.Ordinal)
            .Select(name => (Name: name, Nearest: NearestName.To(name[VariablePrefix.Length..], known.Keys)))
            .Where(typed => typed.Nearest is not null)
            .Select(typed => $"The variable {typed.Name} is not a setting, and is ignored. Did you mean {known[typed.Nearest!]}?");
    }

    private string? PathOf(SettingKey key)
    {
        if (Single(key) is not { } given) return null;
        string text = given.Values[0];
        if (text.Length == 0 || text.Contains('\0', StringComparison.Ordinal))
            throw SettingException.Refused(key, given.Origin, text, "a path");
        return Path.TrimEndingDirectorySeparator(Path.GetFullPath(text, given.Directory));
    }

    private ZmtpEndpoint Door(SettingKey key, string ordinary, bool allowRemote, List<string> warnings)
    {
        if (Single(key) is not { } given) return ZmtpEndpoint.Parse(ordinary);
        ZmtpEndpoint door = EndpointOf(key, given.Origin, given.Values[0]);
        if (door.IsLoopback) return door;
        if (!allowRemote)
            throw SettingException.Refused(key, given.Origin, door.ToString(),
                $"an address of this machine only (tcp://127.0.0.1:{door.Port}); to listen beyond it, without "
                + $"any authentication, say so with {SettingKey.AllowRemote.Option}");

        warnings.Add($"{door} listens beyond this machine: anyone who reaches it can "
            + (key == SettingKey.Subscribers ? "read all that agents say." : "speak in an agent's name."));
        return door;
    }

    private static ZmtpEndpoint EndpointOf(SettingKey key, string origin, string text)
    {
        // Port 0 would be one that nobody else knows.
        if (ZmtpEndpoint.TryParse(text, out ZmtpEndpoint? endpoint, out _) && (endpoint.IsIpc || endpoint.Port > 0))
            return endpoint;
        throw SettingException.Refused(
            key, origin, text, key == SettingKey.Direct ? $"{AllowedEndpoint}, or off" : AllowedEndpoint);
    }

    /// <summary>
    /// Where a process of this machine reaches what is bound there: all interfaces are loopback too.
    /// </summary>
    public static ZmtpEndpoint Reachable(ZmtpEndpoint bound) => bound.Host switch
    {
        "*" or "0.0.0.0" => ZmtpEndpoint.Tcp("127.0.0.1", bound.Port),
        "::" => ZmtpEndpoint.Tcp("::1", bound.Port),
        _ => bound,
    };

    private long Size(SettingKey key, long ordinary, long least, long most)
    {
        if (Single(key) is not { } given) return ordinary;
        return ByteSize.TryParse(given.Values[0], out long bytes) && bytes >= least && bytes <= most
            ? bytes
            : throw SettingException.Refused(key, given.Origin, given.Values[0],
                $"a size from {ByteSize.Format(least)} to {ByteSize.Format(most)}, such as 256MiB");
    }

    private long SizeOrNone(SettingKey key, long ordinary, long least, long most)
    {
        if (Single(key) is not { } given) return ordinary;
        return ByteSize.TryParse(given.Values[0], out long bytes) && (bytes == 0 || (bytes >= least && bytes <= most))
            ? bytes
            : throw SettingException.Refused(key, given.Origin, given.Values[0],
                $"a size from {ByteSize.Format(least)} to {ByteSize.Format(most)}, such as 256MiB; or 0 for none");
    }

    private TimeSpan Interval(SettingKey key, TimeSpan ordinary, TimeSpan most)
    {
        if (Single(key) is not { } given) return ordinary;
        return TimeText.TryParse(given.Values[0], most, out TimeSpan span)
            ? span
            : throw SettingException.Refused(
                key, given.Origin, given.Values[0], $"a time from 1s to {most.TotalHours}h, such as 300, 300s, 5m or 1h; or 0 for none");
    }

    private bool Flag(SettingKey key) => Single(key) is { } given && (given.Values[0] switch
    {
        "true" or "1" => true,
        "false" or "0" => false,
        var other => throw SettingException.Refused(key, given.Origin, other, "true or false"),
    });

    private bool IsOff(SettingKey key) => _given.TryGetValue(key, out GivenValue? given) && given.Values is ["off"];

    private GivenValue? Single(SettingKey key)
    {
        if (!_given.TryGetValue(key, out GivenValue? given)) return null;
        return given.Values.Count == 1
            ? given
            : throw SettingException.Refused(key, given.Origin, string.Join(" ", given.Values), "one value");
    }
}
