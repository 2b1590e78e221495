using System.Text.Json;
using Steno.Commands;
using Steno.Terminal;

namespace Steno.Tests.Commands;

/// <summary>One command line, run in this process.</summary>
internal sealed record VerbRun(int Code, string Output, string Error)
{
    public JsonElement Json => JsonElement.Parse(Output);

    /// <param name="ask">What is answered at the terminal; null: nobody sits there.</param>
    public static VerbRun Of(Func<string?>? ask, params string[] arguments) => Of(ask, null, arguments);

    /// <summary>On a terminal of that width.</summary>
    public static VerbRun Of(int columns, params string[] arguments) => Of(null, columns, arguments);

    public static VerbRun Of(params string[] arguments) => Of(null, null, arguments);

    private static VerbRun Of(Func<string?>? ask, int? columns, string[] arguments)
    {
        using StringWriter output = new() { NewLine = "\n" };
        using StringWriter error = new() { NewLine = "\n" };
        VerbContext context = new(
            new Screen(output, hasColours: false, columns), new Screen(error, hasColours: false), new Dictionary<string, string>(), Path.GetTempPath(), TimeProvider.System)
        {
            Ask = ask,
        };
        int code = CommandLine.Run(arguments, context);
        return new VerbRun(code, output.ToString(), error.ToString());
    }
}
