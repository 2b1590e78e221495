namespace Steno.Commands;

/// <summary>
/// One small script per shell. Each asks the executable itself (<c>steno [suggest:POSITION] LINE</c>,
/// answered in some milliseconds), so that completions never lag behind the verbs.
/// </summary>
internal static class CompletionScripts
{
    public static readonly string[] Shells = ["bash", "zsh", "fish", "powershell"];

    public static string For(string shell) => shell switch
    {
        "bash" => Bash,
        "zsh" => Zsh,
        "fish" => Fish,
        "powershell" => PowerShell,
        _ => throw new ArgumentOutOfRangeException(nameof(shell), shell, "bash, zsh, fish or powershell"),
    };

    private const string Bash = """
        # steno: completion for bash
        _steno() {
          local line=${COMP_LINE:0:COMP_POINT}
          local IFS=$'\n'
          COMPREPLY=($(compgen -W "$("${COMP_WORDS[0]}" "[suggest:${#line}]" "$line" 2>/dev/null)" \
            -- "${COMP_WORDS[COMP_CWORD]}"))
        }
        complete -o default -F _steno steno
        """;

    private const string Zsh = """
        #compdef steno
        # steno: completion for zsh
        _steno() {
          local line="${BUFFER[1,CURSOR]}"
          local -a found
          found=("${(@f)$("${words[1]}" "[suggest:${#line}]" "$line" 2>/dev/null)}")
          if (( ${#found} )) && [[ -n "${found[1]}" ]]; then compadd -a found; else _files; fi
        }
        if [[ "${funcstack[1]}" = "_steno" ]]; then _steno "$@"; else compdef _steno steno; fi
        """;

    private const string Fish = """
        # steno: completion for fish
        function __steno_complete
          set -l line (commandline -cp)
          steno "[suggest:"(string length -- "$line")"]" "$line" 2>/dev/null
        end
        complete -c steno -a '(__steno_complete)'
        """;

    private const string PowerShell = """
        # steno: completion for PowerShell
        Register-ArgumentCompleter -Native -CommandName steno -ScriptBlock {
          param($word, $ast, $position)
          $line = $ast.ToString()
          steno "[suggest:$position]" "$line" 2>$null |
            Where-Object { $_ -like "$word*" } |
            ForEach-Object { [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_) }
        }
        """;
}
