using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using Steno.Terminal;

namespace Steno.Commands;

/// <summary>The library's help, followed by the verb's examples.</summary>
internal sealed class HelpWithExamples(HelpAction library, Screen output) : SynchronousCommandLineAction
{
    public override bool ClearsParseErrors => true;

    public override int Invoke(ParseResult parseResult)
    {
        using var text = new StringWriter { NewLine = "\n" };
        parseResult.InvocationConfiguration.Output = text;
        library.Invoke(parseResult);
        output.Verbatim(text.ToString().TrimEnd());
        output.Line();
        switch (parseResult.CommandResult.Command)
        {
            case Verb verb:
                output.Line($"Examples:");
                foreach (string example in verb.Examples) output.Line($"  {example}");
                break;
            default:
                output.Line($"`steno VERB --help` shows a verb's options and examples.");
                break;
        }

        return ExitCodes.Done;
    }
}
