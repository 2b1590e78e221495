namespace Steno.EndToEnd.Support;

/// <summary>A script under <c>peers/</c>, run by the Python that has libzmq.</summary>
internal static class PythonPeer
{
    private const string Python = "/usr/bin/python3";

    private static readonly Lazy<string?> Missing = new(() =>
    {
        if (!File.Exists(Python)) return $"{Python} is not installed.";
        using System.Diagnostics.Process probe = System.Diagnostics.Process.Start(Python, ["-c", "import zmq"]);
        probe.WaitForExit();
        return probe.ExitCode == 0 ? null : "python3-zmq is not installed.";
    });

    public static ChildProcess Start(string script, params IReadOnlyList<string> arguments)
    {
        Require();
        return ChildProcess.Start(Python, [Path.Combine(AppContext.BaseDirectory, "peers", script), .. arguments]);
    }

    /// <summary>Skips the test, with the reason, where there is no libzmq to test against.</summary>
    public static void Require() => Assert.SkipWhen(Missing.Value is not null, Missing.Value ?? "");
}
