using System.CommandLine;
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
        verb.SetAction(parsed =>
        {
            if (parsed.GetValue(json))
                context.Output.Verbatim(JsonSerializer.Serialize(
                    new VersionAnswer(
                        1, StenoVersion.Current, RuntimeInformation.FrameworkDescription,
                        RuntimeInformation.RuntimeIdentifier),
                    CommandJson.Default.VersionAnswer));
            else
                context.Output.Line($"steno {StenoVersion.Current}");
            return ExitCodes.Done;
        });
        return verb;
    }
}
