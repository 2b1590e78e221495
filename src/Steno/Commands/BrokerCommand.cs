using System.CommandLine;
using Microsoft.Extensions.Logging;
using Steno.Broker;
using Steno.Configuration;
using Steno.Launching;
using Steno.Processes;
using Steno.Terminal;

namespace Steno.Commands;

/// <summary><c>steno broker</c>: the forwarder in the foreground, until Ctrl+C.</summary>
internal static class BrokerCommand
{
    public static Command Create(VerbContext context)
    {
        var verb = new Verb("broker", "Forward what publishers say to subscribers, in the foreground; records nothing",
            "steno broker",
            "steno broker --publishers tcp://127.0.0.1:7001 --subscribers tcp://127.0.0.1:7000",
            "steno broker --publishers tcp://*:5556 --allow-remote");
        var settings = new SettingOptions(
            verb, SettingKey.Publishers, SettingKey.Subscribers, SettingKey.Direct, SettingKey.AllowRemote);
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
        foreach (string warning in settings.Warnings) context.Error.Line($"{Styled.Warning("warning:")} {warning}");
        using var signals = new StopSignals();
        using var loggers = new StandardErrorLoggers(context.Error, context.Time);
        var options = new ForwarderOptions
        {
            PublisherDoor = settings.Publishers,
            SubscriberDoor = settings.Subscribers,
            DirectDoor = settings.Direct,
        };
        int connections = OpenFiles.ConnectionsMax(OpenFiles.RaiseLimit(), dialled: 0) / 2;
        options = options with
        {
            Zmtp = options.Zmtp with { MaxConnections = Math.Min(options.Zmtp.MaxConnections, connections) },
        };
        ILogger logger = loggers.CreateLogger("broker");
        await using var forwarder = new Forwarder(options, context.Time, logger);
        forwarder.Start();
        await using var watch = new DoorWatch([settings.Publishers, settings.Subscribers], problem => BrokerLog.Unreachable(logger, problem), context.Time);

        context.Output.Line($"{BrokerLogTail.Beginning}");
        context.Output.Line($"  publishers connect to   {settings.Publishers.ToString()}");
        context.Output.Line($"  subscribers connect to  {settings.Subscribers.ToString()}");
        context.Output.Flush();

        string reason = await signals.Requested.ConfigureAwait(false);
        await watch.DisposeAsync().ConfigureAwait(false); // they go now
        await forwarder.StopAsync().ConfigureAwait(false);
        ForwarderStatus last = forwarder.Status;
        context.Output.Line(
            $"Stopped ({reason}): {last.MessagesIn - last.MessagesTooLarge} messages forwarded, {last.MessagesDropped} lost "
            + $"by slow subscribers, {last.MessagesTooLarge} over a limit and not forwarded.");
        return ExitCodes.Done;
    }
}
