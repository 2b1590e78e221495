using System.CommandLine;
using System.CommandLine.Invocation;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace Steno.Commands;

/// <summary><c>steno version</c>.</summary>
internal static class VersionCommand
{
    public static Command Create(VerbContext context)
    {
        var verb = new Verb("version", "Print the version", "steno version", "steno version --json");
        var json = new Option<bool>("--json") { Description = "As JSON, for scripts (docs/cli.md)" };
        verb.Add(json);
        verb.SetAction(parsed => Print(parsed.GetValue(json), context));
        return verb;
    }

    /// <summary><c>steno --version</c>, which everybody tries.</summary>
    public static Option CreateOption(VerbContext context) =>
        new VersionOption("--version") { Description = "Print the version", Action = new PrintAction(context) };

    private static int Print(bool json, VerbContext context)
    {
        if (json)
            context.Output.Verbatim(JsonSerializer.Serialize(
                new VersionAnswer(
                    1, StenoVersion.Current, RuntimeInformation.FrameworkDescription,
                    RuntimeInformation.RuntimeIdentifier),
                CommandJson.Default.VersionAnswer));
        else
            context.Output.Line($"steno {StenoVersion.Current}");
        return ExitCodes.Done;
    }

    private sealed class PrintAction(VerbContext context) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult parseResult) => Print(json: false, context);
    }
}
