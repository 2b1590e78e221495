using System.CommandLine;
using System.Globalization;
using Steno.Configuration;
using Steno.Core;
using Steno.Core.Enrichment;
using Steno.Core.Files;
using Steno.Demo;
using Steno.Launching;
using Steno.Processes;
using Steno.Recorder;
using Steno.Terminal;
using Steno.Views;
using Steno.Zmtp;

namespace Steno.Commands;

/// <summary>
/// <c>steno start</c>: broker and recorder in the background; returns when recording is proven.
/// </summary>
internal static class StartCommand
{
    /// <summary>Columns before a value.</summary>
    private const int Margin = 16;

    public static Command Create(VerbContext context)
    {
        var verb = new Verb("start", "Record in the background; returns when recording is proven",
            "steno start",
            "steno start --demo                               # two sample agents talk: see it work",
            "steno start --logs ~/team/conversation_logs",
            "steno start --broker tcp://127.0.0.1:6000        # a broker of yours",
            "steno start --publishers tcp://127.0.0.1:7001 --subscribers tcp://127.0.0.1:7000");
        var settings = new SettingOptions(verb,
            SettingKey.Logs, SettingKey.Brokers, SettingKey.Direct, SettingKey.Publishers, SettingKey.Subscribers,
            SettingKey.QueueBudget, SettingKey.MessageLimit, SettingKey.DiskReserve, SettingKey.CheckpointInterval,
            SettingKey.RotateAt, SettingKey.Rules, SettingKey.AllowRemote);
        var demo = new Option<bool>("--demo")
        {
            Description = "Let two sample agents talk, and show what was recorded",
        };
        verb.Add(demo);
        verb.SetAction(async (parsed, _) =>
        {
            // Ctrl+C while it waits: what it launched so far is taken back. Pressed twice it ends at once.
            using var signals = new StopSignals();
            try
            {
                return await RunAsync(settings.Read(parsed, context), parsed.GetValue(demo), context, signals.Token)
                    .ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (signals.Token.IsCancellationRequested)
            {
                context.Error.Prose($"steno: interrupted.");
                return ExitCodes.Interrupted;
            }
        });
        return verb;
    }

    private static async Task<int> RunAsync(
        StenoSettings settings, bool demo, VerbContext context, CancellationToken cancellation)
    {
        foreach (string warning in settings.Warnings) context.Error.Prose($"{Styled.Warning("warning:")} {warning}");
        if (LogsAbove.Find(settings.Logs) is { } above)
            context.Error.Prose($"{Styled.Warning("warning:")} {above} has a journal; this is another one, {settings.Logs}.");
        RefuseWhatCannotRun(settings);
        StartReport report =
            await new Starter(settings, context.Time).StartAsync(cancellation).ConfigureAwait(false);
        Print(report, settings, context.Output, context.Time);
        if (demo) await PrintDemoAsync(report, settings, context, cancellation).ConfigureAwait(false);
        // Whoever repeats a start, or has been heard, has the recipe.
        if (demo || !(report.RecorderWasRunning || IsAnybodyHeard(settings))) ConnectionSample.Print(report.Publishers, context.Output);
        else ConnectionSample.PrintDoor(report.Publishers, context.Output, context.Hints);
        context.Output.Line();
        context.Output.Prose(
            $"{context.Hints.In("`steno tail` shows what is said, `steno status` whether it is recorded, `steno stop` ends it.")}", margin: 0);
        if (!Executable.IsOn(context.Variables.GetValueOrDefault("PATH")))
            context.Output.Prose($"`steno` is {Executable.Path} here; it is not on your PATH.");
        string[] differences = [.. Differences(report, settings)];
        foreach (string difference in differences) context.Error.Prose($"{Styled.Warning("warning:")} {context.Hints.In(difference)}");
        return differences.Length == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    /// <summary>Whether anybody has ever said something that is recorded in the directory. Reads no more than a few lines, as a rule.</summary>
    private static bool IsAnybodyHeard(StenoSettings settings)
    {
        LogDirectory logs = new(settings.Logs);
        try
        {
            return SessionJournal.Archived(logs).Count > 0
                || JournalExcerpt.Last(logs.CurrentJournal, 1, everything: false).Entries.Count > 0;
        }
        catch (StenoException)
        {
            return true; // it has just been renamed or taken away: no reason to fail, nor to teach
        }
    }

    /// <summary>What the daemons would refuse: said here, before anything is launched or made.</summary>
    /// <exception cref="SettingException">Two doors at one place.</exception>
    /// <exception cref="StenoException">The rules cannot be used.</exception>
    private static void RefuseWhatCannotRun(StenoSettings settings)
    {
        bool wantsBroker = settings.Brokers.Contains(SettingsReader.Reachable(settings.Subscribers));
        List<(string Name, ZmtpEndpoint Door)> doors = [];
        if (settings.Direct is { } direct) doors.Add((SettingKey.Direct.Option, direct));
        if (wantsBroker) doors.Add((SettingKey.Publishers.Option, settings.Publishers));
        if (wantsBroker) doors.Add((SettingKey.Subscribers.Option, settings.Subscribers));
        else doors.AddRange(settings.Brokers.Select(broker => (SettingKey.Brokers.Option, broker)));
        foreach (var same in doors.GroupBy(door => SettingsReader.Reachable(door.Door)).Where(group => group.Count() > 1))
            throw new SettingException(
                $"{string.Join(" and ", same.Select(door => door.Name))} are {(same.Count() == 2 ? "both" : "all")} {same.Key}: each door needs a place of its own.");
        if (settings.Rules is { } rules) _ = RuleSet.Load(rules);
    }

    private static void Print(StartReport report, StenoSettings settings, Screen screen, TimeProvider time)
    {
        string recorder = report.RecorderWasRunning ? "was running already" : "started";
        screen.Prose($"{Styled.Good("✓ Recording.")} The recorder {recorder} (pid {report.Recorder ?? 0}).");
        foreach (SourceStatus source in report.Status.Sources.Where(source => source.Kind == "broker"))
            screen.Prose($"  listens to    {source.Endpoint}  (broker: {Owner(ZmtpEndpoint.Parse(source.Endpoint), report, settings)})", Margin);
        foreach (SourceStatus source in report.Status.Sources.Where(source => source.Kind == "direct"))
            screen.Prose($"  and takes     {source.Endpoint}  (agents that PUSH directly)", Margin);
        screen.Prose($"  writes to     {report.Status.Session?.Journal ?? settings.Logs}", Margin);
        screen.Prose($"  its own log   {new RunFolder(settings.Logs).RecorderLog}", Margin);
        PrintFound(report.Status, screen, time);
        screen.Line();
    }

    /// <summary>What the recorder mended when it started, and what it could not, in a line each.</summary>
    private static void PrintFound(RecorderStatus status, Screen screen, TimeProvider time)
    {
        if (status.Unheard is { } unheard) screen.Prose($"  not heard     {Styled.Warning(Unheard.Describe(unheard, time.GetUtcNow()))}", Margin);
        if (status.Recovered.Count > 0) screen.Prose($"  recovered     {Styled.Warning(string.Join(" ", status.Recovered))}", Margin);
        if (status.Damage.Count == 0) return;
        string more = status.Damage.Count == 1 ? "" : $" And {status.Damage.Count - 1} more: `steno status` names them.";
        screen.Prose($"  damaged       {Styled.Warning(status.Damage.MaxBy(damage => damage.Found)!.Text + more)}", Margin); // the newest
    }

    /// <summary>Whose the broker at this door is.</summary>
    private static string Owner(ZmtpEndpoint door, StartReport report, StenoSettings settings)
    {
        if (report.Broker is { } ours
            && (PortOwner.PidOf(door) is { } owner ? owner == ours.Pid : door == SettingsReader.Reachable(settings.Subscribers)))
            return $"pid {ours.Pid}, {(report.BrokerWasRunning ? "was running already" : "started")}";
        return PortOwner.Describe(door) is { } other ? $"not ours: {other}" : "not ours";
    }

    private static async Task PrintDemoAsync(
        StartReport report, StenoSettings settings, VerbContext context, CancellationToken cancellation)
    {
        ZmtpEndpoint door = report.Publishers ?? SettingsReader.Reachable(settings.Publishers);
        context.Output.Prose($"Two sample agents talk over the broker, by its door {door.ToString()}. What the recorder wrote down:", margin: 0);
        context.Output.Flush();
        IReadOnlyList<JournalEntry> recorded;
        try
        {
            recorded = await new SampleConversation(settings.Logs, door, context.Time).RunAsync(cancellation)
                .ConfigureAwait(false);
        }
        catch (LaunchException failed)
        {
            // Only the demonstration failed: what was started records, and others may rely on it already.
            throw new LaunchException(failed.Message,
                $"{failed.Hint} The recorder (pid {report.Recorder ?? 0}) goes on recording; `steno stop` ends it.", failed.Log);
        }

        var lines = new MessageLines(context.Output, context.Time);
        foreach (JournalEntry entry in recorded) lines.Print(entry);
        context.Output.Line();
        string next = $"Try `steno show {recorded[2].Message.Seq ?? 0}`, `steno recent`, `steno status`. Recording goes on.";
        context.Output.Prose($"{context.Hints.In(next)}", margin: 0);
        context.Output.Line();
    }

    /// <summary>
    /// A recorder that ran before keeps the settings it was started with. Only what this start asks for
    /// is missed: to repeat a start without it is no wish to change it.
    /// </summary>
    private static IEnumerable<string> Differences(StartReport report, StenoSettings settings)
    {
        if (!report.RecorderWasRunning) yield break;
        var listens = report.Status.Sources.Select(source => source.Endpoint).ToHashSet(StringComparer.Ordinal);
        bool asksForBrokers = settings.Given.Contains(SettingKey.Brokers) || settings.Given.Contains(SettingKey.Subscribers);
        IEnumerable<ZmtpEndpoint?> wanted = asksForBrokers ? settings.Brokers : [];
        if (settings.Given.Contains(SettingKey.Direct)) wanted = wanted.Append(settings.Direct);
        foreach (ZmtpEndpoint? door in wanted)
        {
            if (door is not null && !listens.Contains(door.ToString()))
                yield return $"the recorder that runs does not listen to {door}: `steno stop`, then start it again.";
        }

        foreach ((SettingKey key, string? has) in RunningRecorder.Others(report.Recorder ?? 0, settings))
            yield return $"the recorder that runs goes on with {key.Option} {Shown(key, has)}: `steno stop`, then start it again.";
    }

    /// <summary>Sizes as people write them.</summary>
    private static string Shown(SettingKey key, string? value) =>
        value is null ? "(none)"
        : key.Argument == "SIZE" && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long bytes) ? ByteSize.Format(bytes)
        : value;
}
