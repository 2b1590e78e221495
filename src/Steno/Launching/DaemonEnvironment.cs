using System.Collections;

namespace Steno.Launching;

/// <summary>
/// The environment of a daemon. Started from within an agent's session it must not look like a part of it:
/// agents mark their children by variables, and whatever the daemon starts later would inherit the mark.
/// </summary>
internal static class DaemonEnvironment
{
    // The beginnings of what Claude Code, Gemini CLI and Codex set for their children.
    private static readonly string[] AgentPrefixes =
        ["CLAUDECODE", "CLAUDE_CODE_", "CLAUDE_PROJECT_DIR", "CLAUDE_ENV_FILE", "GEMINI_CLI", "GEMINI_SESSION_ID",
            "GEMINI_PROJECT_DIR", "CODEX_SANDBOX", "CODEX_THREAD_ID"];

    // Ours reach the daemon as options, each with the value that was validated here.
    private const string OwnPrefix = "STENO_";

    /// <summary>What of <paramref name="variables"/> a daemon gets, as <c>NAME=value</c>.</summary>
    public static IReadOnlyList<string> From(IDictionary variables)
    {
        var kept = new List<string>(variables.Count);
        foreach (DictionaryEntry variable in variables)
            if (variable.Key is string name && !IsRemoved(name))
                kept.Add($"{name}={variable.Value}");
        return kept;
    }

    private static bool IsRemoved(string name) =>
        name.StartsWith(OwnPrefix, StringComparison.Ordinal)
        || Array.Exists(AgentPrefixes, prefix => name.StartsWith(prefix, StringComparison.Ordinal));
}
