using System.CommandLine;

namespace Steno.Commands;

/// <summary><c>steno help [VERB]</c>: what <c>--help</c> shows, for those who type it so.</summary>
internal static class HelpCommand
{
    public static Command Create(VerbContext context, RootCommand root)
    {
        var verb = new Verb("help", "Show what there is, or a verb's options and examples", "steno help", "steno help start");
        var about = new Argument<string[]>("VERB")
        {
            Description = "The verb to be explained",
            HelpName = "VERB", // else all that can be completed would stand there
            Arity = ArgumentArity.ZeroOrMore, // `checkpoint create` is two
        };
        about.CompletionSources.Add(_ => root.Subcommands.Select(known => new System.CommandLine.Completions.CompletionItem(known.Name)));
        verb.Add(about);
        verb.SetAction(parsed =>
        {
            string[] names = parsed.GetValue(about) ?? [];
            Command at = root;
            foreach (string name in names)
            {
                if (at.Subcommands.FirstOrDefault(known => known.Name == name) is { } below)
                {
                    at = below;
                    continue;
                }

                context.Error.Prose($"steno: {UsageError.UnknownVerb(name, at)}");
                context.Error.Prose($"`steno help` shows what there is.");
                return ExitCodes.WrongUsage;
            }

            return root.Parse([.. names, "--help"]).Invoke();
        });
        return verb;
    }
}
