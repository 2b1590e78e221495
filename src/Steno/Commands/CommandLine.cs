using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Steno.Terminal;

namespace Steno.Commands;

/// <summary>
/// The command line as a whole: its verbs, its help, and the edge where errors become sentences.
/// </summary>
internal static class CommandLine
{
    private const string Description =
        "Steno is the court reporter for AI agents: it records every message that goes over a ZeroMQ broker, durably.";

    /// <summary>An id may begin with @: nothing here is the name of a file with more arguments.</summary>
    private static readonly ParserConfiguration Parsing = new() { ResponseFileTokenReplacer = null };

    /// <summary>
    /// Runs one command line and returns its exit code. Throws nothing that a user could cause.
    /// </summary>
    public static int Run(string[] arguments, VerbContext context)
    {
        int exitCode = ExitCodes.Failed;
        try
        {
            ParseResult parsed = Build(context).Parse(arguments, Parsing);
            context.Hints = CommandHints.Of(parsed);
            exitCode = Invoke(parsed, arguments, context);
            context.Output.Flush();
        }
        catch (OutputClosedException closed)
        {
            // `steno recent | head`: who asked has seen enough. Anything else, such as a full disk, is a
            // failure.
            if (closed.IsReaderGone) return ExitCodes.Done;
            context.Error.Prose($"steno: the output cannot be written: {closed.Message}");
            exitCode = ExitCodes.Failed;
        }
        catch (Exception failure)
        {
            exitCode = Failures.Report(failure, context.Error, context.Hints);
        }

        return FlushError(context, exitCode);
    }

    internal static RootCommand Build(VerbContext context)
    {
        var root = new RootCommand(Description)
        {
            StartCommand.Create(context),
            StopCommand.Create(context),
            StatusCommand.Create(context),
            RecentCommand.Create(context),
            TailCommand.Create(context),
            ShowCommand.Create(context),
            SessionCommand.Create(context),
            CheckpointCommand.Create(context),
            VerifyCommand.Create(context),
            RecoverCommand.Create(context),
            BrokerCommand.Create(context),
            RecordCommand.Create(context),
            CompletionCommand.Create(context),
            VersionCommand.Create(context),
        };
        root.Add(HelpCommand.Create(context, root));
        root.Options.Remove(root.Options.OfType<VersionOption>().Single());
        root.Options.Add(VersionCommand.CreateOption(context));
        // The library's also answers to -? and /h, which completion would offer.
        root.Options.Remove(root.Options.OfType<HelpOption>().Single());
        var help = new HelpOption("--help", "-h");
        var helpAction = new HelpWithExamples((HelpAction)help.Action!, context.Output);
        help.Action = helpAction;
        root.Options.Add(help);
        // Without a verb: what there is. A newcomer's first command is no error.
        root.SetAction(helpAction.Invoke);
        return root;
    }

    private static int Invoke(ParseResult parsed, string[] arguments, VerbContext context)
    {
        if (UsageError.FindEmptyValue(arguments) is { } option) return UsageError.NoValue(option, parsed, context.Error);
        if (parsed.Action is ParseErrorAction or null) return UsageError.Report(parsed, context.Error);
        var configuration = new InvocationConfiguration
        {
            EnableDefaultExceptionHandler = false,
            // Daemons take their signals themselves; all other verbs may die of them.
            ProcessTerminationTimeout = null,
        };
        return parsed.Invoke(configuration);
    }

    private static int FlushError(VerbContext context, int exitCode)
    {
        try
        {
            context.Error.Flush();
        }
        catch (OutputClosedException)
        {
            // Nobody to tell.
        }

        context.Output.FinishBackground();
        context.Error.FinishBackground();

        return exitCode;
    }
}
