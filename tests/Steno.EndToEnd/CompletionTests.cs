using Steno.EndToEnd.Support;

namespace Steno.EndToEnd;

/// <summary>
/// What <c>steno completion</c> prints, in the shells themselves: they complete verbs and options.
/// </summary>
public sealed class CompletionTests : IDisposable
{
    // zsh completes only where it thinks that somebody types: in a terminal of its own.
    private const string AskZsh = """
        zmodload zsh/zpty
        zpty asked zsh -f -i
        zpty -w asked "PS1='ready> '; autoload -Uz compinit; compinit -u -d $2/zcompdump; source $2/completion; bindkey '^I' list-choices; LISTMAX=0"
        zpty -w asked 'print set-$((1))-up'
        zpty -r -m asked line '*set-1-up*'
        zpty -w -n asked "$1"$'\t'
        typeset seen=''
        for n in {1..200}; do
          zpty -r -t asked line && seen+=$line
          [[ $seen == *$3* ]] && break
          zselect -t 5 2>/dev/null || { zmodload zsh/zselect; zselect -t 5 }
        done
        print -r -- $seen
        zpty -d asked
        """;

    private readonly TestLogs _logs = new();

    public void Dispose() => _logs.Dispose();

    [Theory]
    [InlineData("steno st", "status")]
    [InlineData("steno ", "recent")]
    [InlineData("steno show --con", "--context")]
    [InlineData("steno completion f", "fish")]
    public async Task Bash_completes(string typed, string offered)
    {
        string script = await WriteAsync("bash");
        string[] words = typed.Split(' ');
        string ask = $"source '{script}'; COMP_LINE='{typed}'; COMP_POINT={typed.Length}; COMP_WORDS=({typed}{(words[^1].Length == 0 ? " ''" : "")}); "
            + $"COMP_CWORD={words.Length - 1}; _steno; printf '%s\\n' \"${{COMPREPLY[@]}}\"";
        Assert.Contains(offered, (await RunAsync("/bin/bash", "-c", ask)).Split('\n'));
    }

    [Theory]
    [InlineData("steno st", "status")]
    [InlineData("steno ", "recent")]
    [InlineData("steno show --con", "--context")]
    [InlineData("steno completion f", "fish")]
    public async Task Fish_completes(string typed, string offered)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/fish"), "fish is not installed.");
        string script = await WriteAsync("fish");
        Assert.Contains(offered, (await RunAsync("/usr/bin/fish", "--no-config", "-c", $"source '{script}'; complete -C '{typed}'")).Split('\n'));
    }

    [Theory]
    [InlineData("steno st", "status")]
    [InlineData("steno ", "recent")]
    [InlineData("steno show --", "--context")]
    [InlineData("steno completion ", "fish")]
    public async Task Zsh_completes(string typed, string offered)
    {
        Assert.SkipUnless(File.Exists("/usr/bin/zsh"), "zsh is not installed.");
        await WriteAsync("zsh");
        Assert.Contains(offered, await RunAsync("/usr/bin/zsh", "-f", "-c", AskZsh, "zsh", typed, _logs.Root, offered), StringComparison.Ordinal);
    }

    private async Task<string> WriteAsync(string shell)
    {
        (int code, string script, string error) = await StenoBinary.RunAsync(["completion", shell]);
        Assert.True(code == 0, error);
        string path = Path.Combine(_logs.Root, "completion");
        await File.WriteAllTextAsync(path, script, TestContext.Current.CancellationToken);
        return path;
    }

    private static async Task<string> RunAsync(string shell, params string[] arguments)
    {
        string search = $"PATH={Path.GetDirectoryName(StenoBinary.Path)}:{Environment.GetEnvironmentVariable("PATH")}";
        await using ChildProcess process = ChildProcess.Start("/usr/bin/env", [search, "TERM=dumb", shell, .. arguments]);
        await process.WaitForExitAsync(TimeSpan.FromSeconds(30));
        return process.Output;
    }
}
