using System.CommandLine;
using Steno.Configuration;
using Steno.Core.Enrichment;
using Steno.Core.Files;
using Steno.Processes;
using Steno.Recorder;
using Steno.Terminal;

namespace Steno.Commands;

/// <summary><c>steno record</c>: the recorder in the foreground.</summary>
internal static class RecordCommand
{
    public static Command Create(VerbContext context)
    {
        var verb = new Verb("record", "Record in the foreground, until Ctrl+C",
            "steno record", "steno record --broker tcp://127.0.0.1:5555 --logs ~/team/conversation_logs");
        var settings = new SettingOptions(verb, SettingKey.Logs, SettingKey.Brokers, SettingKey.Direct,
            SettingKey.QueueBudget, SettingKey.MessageLimit, SettingKey.DiskReserve, SettingKey.CheckpointInterval,
            SettingKey.RotateAt, SettingKey.Rules, SettingKey.AllowRemote);
        Option<string> log = DaemonLogOption.AddTo(verb);
        verb.SetAction(async (parsed, _) =>
        {
            context.WriteInBackground();
            using DaemonLog? bounded = DaemonLogOption.Open(parsed, log, context.Time);
            return await RunAsync(settings.Read(parsed, context), context).ConfigureAwait(false);
        });
        return verb;
    }

    private static async Task<int> RunAsync(StenoSettings settings, VerbContext context)
    {
        foreach (string warning in settings.Warnings) context.Error.Prose($"steno: {warning}");
        RecorderOptions options = new()
        {
            Logs = new LogDirectory(settings.Logs),
            Brokers = settings.Brokers,
            Direct = settings.Direct,
            QueueBudgetBytes = settings.QueueBudgetBytes,
            MessageLimitBytes = (int)settings.MessageLimitBytes,
            DiskReserveBytes = settings.DiskReserveBytes,
            CheckpointInterval = settings.CheckpointInterval,
            RotateAtBytes = settings.RotateAtBytes,
            Connections = ConnectionShares.Find(settings.Brokers.Count),
            Rules = settings.Rules is { } file ? RuleSet.Load(file) : RuleSet.BuiltIn,
        };
        using var signals = new StopSignals();
        using var loggers = new StandardErrorLoggers(context.Error, context.Time);
        var daemon = new RecorderDaemon(options, loggers, context.Time);
        bool recorded = await daemon.RunAsync(signals, started: status => PrintBanner(status, context)).ConfigureAwait(false);
        return recorded ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static void PrintBanner(RecorderStatus status, VerbContext context)
    {
        context.Output.Line($"PERSISTENCE DAEMON ACTIVE");
        foreach (SourceStatus source in status.Sources)
            context.Output.Line($"  {(source.Listening ? "listens to " : "waiting for")} {source.Endpoint} ({Kind(source)})");
        context.Output.Line($"  writes to   {status.Session?.Journal}");
        context.Output.Line($"  session     {status.Session?.Id}, from line {status.DurableSeq + 1}");
        context.Output.Flush();
    }

    private static string Kind(SourceStatus source) =>
        source.Kind == "direct" ? "agents PUSH here" : "a broker's door for subscribers";
}
