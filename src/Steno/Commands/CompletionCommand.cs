using System.CommandLine;

namespace Steno.Commands;

/// <summary>
/// <c>steno completion SHELL</c>: prints the script that lets a shell complete our verbs and options.
/// </summary>
internal static class CompletionCommand
{
    public static Command Create(VerbContext context)
    {
        var verb = new Verb("completion", "Print a script that lets your shell complete verbs and options",
            "steno completion bash > ~/.local/share/bash-completion/completions/steno",
            "steno completion zsh > ~/.zfunc/_steno",
            "steno completion fish > ~/.config/fish/completions/steno.fish",
            "steno completion powershell >> $PROFILE");
        var shell = new Argument<string>("SHELL") { Description = "bash, zsh, fish or powershell", HelpName = "SHELL" };
        shell.CompletionSources.Add(CompletionScripts.Shells);
        shell.Validators.Add(result =>
        {
            if (result.Tokens is [var given] && !CompletionScripts.Shells.Contains(given.Value))
                result.AddError($"there is no completion for \"{given.Value}\". Allowed: {string.Join(", ", CompletionScripts.Shells)}.");
        });
        verb.Add(shell);
        verb.SetAction(parsed =>
        {
            context.Output.Verbatim(CompletionScripts.For(parsed.GetRequiredValue(shell)));
            return ExitCodes.Done;
        });
        return verb;
    }
}
