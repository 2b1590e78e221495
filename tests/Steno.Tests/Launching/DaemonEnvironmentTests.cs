using System.Collections;
using Steno.Launching;

namespace Steno.Tests.Launching;

public sealed class DaemonEnvironmentTests
{
    [Fact]
    public void Marks_of_agents_and_our_own_settings_stay_behind_and_the_rest_comes_along()
    {
        IDictionary variables = new Dictionary<string, string>
        {
            ["CLAUDECODE"] = "1",
            ["CLAUDE_CODE_CHILD_SESSION"] = "1",
            ["CLAUDE_CODE_ENTRYPOINT"] = "cli",
            ["GEMINI_CLI"] = "1",
            ["STENO_LOGS"] = "/elsewhere",
            ["PATH"] = "/bin",
            ["GEMINI_MODEL"] = "x=y",
        };

        Assert.Equal(["GEMINI_MODEL=x=y", "PATH=/bin"], DaemonEnvironment.From(variables).Order(StringComparer.Ordinal));
    }
}
