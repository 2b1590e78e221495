using System.CommandLine;
using Steno.Configuration;
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
            SettingKey.QueueBudget, SettingKey.MessageLimit, SettingKey.Rules, SettingKey.AllowRemote);
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
                context.Error.Line($"steno: interrupted.");
                return ExitCodes.Interrupted;
            }
        });
        return verb;
    }

    private static async Task<int> RunAsync(
        StenoSettings settings, bool demo, VerbContext context, CancellationToken cancellation)
    {
        foreach (string warning in settings.Warnings) context.Error.Line($"{Styled.Warning("warning:")} {warning}");
        StartReport report =
            await new Starter(settings, context.Time).StartAsync(cancellation).ConfigureAwait(false);
        Print(report, settings, context.Output);
        if (demo) await PrintDemoAsync(settings, context, cancellation).ConfigureAwait(false);
        // Only of a broker that we started do we know where its publishers' door is.
        ConnectionSample.Print(
            report.Broker is not null && !Differences(report, settings).Any() ? SettingsReader.Reachable(settings.Publishers) : null,
            context.Output);
        context.Output.Line();
        context.Output.Line(
            $"`steno tail` shows what is said, `steno status` whether it is recorded, `steno stop` ends it.");
        if (!Executable.IsOn(context.Variable("PATH")))
            context.Output.Line($"`steno` is {Executable.Path} here; it is not on your PATH.");
        string[] differences = [.. Differences(report, settings)];
        foreach (string difference in differences) context.Error.Line($"{Styled.Warning("warning:")} {difference}");
        return differences.Length == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static void Print(StartReport report, StenoSettings settings, Screen screen)
    {
        string recorder = report.RecorderWasRunning ? "was running already" : "started";
        string broker = report.Broker is { } ours
            ? $"pid {ours.Pid}, {(report.BrokerWasRunning ? "was running already" : "started")}"
            : report.OtherBroker is { } other ? $"not ours: {other}" : "not ours";
        screen.Line($"{Styled.Good("✓ Recording.")} The recorder {recorder} (pid {report.Recorder ?? 0}).");
        foreach (SourceStatus source in report.Status.Sources.Where(source => source.Kind == "broker"))
            screen.Line($"  listens to    {source.Endpoint}  (broker: {broker})");
        foreach (SourceStatus source in report.Status.Sources.Where(source => source.Kind == "direct"))
            screen.Line($"  and takes     {source.Endpoint}  (agents that PUSH directly)");
        screen.Line($"  writes to     {report.Status.Session?.Journal ?? settings.Logs}");
        screen.Line($"  its own log   {new RunFolder(settings.Logs).RecorderLog}");
        screen.Line();
    }

    private static async Task PrintDemoAsync(
        StenoSettings settings, VerbContext context, CancellationToken cancellation)
    {
        context.Output.Line($"Two sample agents talk over the broker. What the recorder wrote down:");
        context.Output.Flush();
        IReadOnlyList<JournalEntry> recorded =
            await new SampleConversation(settings, context.Time).RunAsync(cancellation).ConfigureAwait(false);
        var lines = new MessageLines(context.Output, context.Time);
        foreach (JournalEntry entry in recorded) lines.Print(entry);
        context.Output.Line();
        context.Output.Line($"Try `steno show {recorded[2].Message.Seq ?? 0}`, `steno recent`, `steno status`. Recording goes on.");
        context.Output.Line();
    }

    /// <summary>A recorder that ran before keeps the settings it was started with.</summary>
    private static IEnumerable<string> Differences(StartReport report, StenoSettings settings)
    {
        if (!report.RecorderWasRunning) yield break;
        var listens = report.Status.Sources.Select(source => source.Endpoint).ToHashSet(StringComparer.Ordinal);
        foreach (ZmtpEndpoint? wanted in settings.Brokers.Append(settings.Direct))
        {
            if (wanted is not null && !listens.Contains(wanted.ToString()))
                yield return $"the recorder that runs does not listen to {wanted}: `steno stop`, then start it again.";
        }
    }
}
