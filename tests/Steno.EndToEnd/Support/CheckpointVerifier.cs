namespace Steno.EndToEnd.Support;

/// <summary>
/// The independent verifier of checkpoints: the Python script as it stands in <c>docs/journal-format.md</c>.
/// </summary>
internal static class CheckpointVerifier
{
    /// <summary>Fails unless every manifest, and all that it names, is whole to the last line's hash.</summary>
    public static async Task VerifyAsync(string logs, bool mayBeNone = false)
    {
        PythonPeer.Require();
        Assert.SkipUnless(File.Exists("/usr/bin/zstd"), "zstd is not installed.");
        string checkpoints = Path.Combine(logs, "checkpoints");
        string[] manifests = Directory.Exists(checkpoints) ? Directory.GetFiles(checkpoints, "*.json") : [];
        Assert.True(mayBeNone || manifests.Length > 0, $"There is no checkpoint in {checkpoints}.");
        if (manifests.Length == 0) return;
        string script = Documents.Block(Path.Combine("docs", "journal-format.md"), "python checkpoints");
        await using ChildProcess verifier = ChildProcess.Start("/usr/bin/python3", ["-c", script, .. manifests]);
        int code = await verifier.WaitForExitAsync(TimeSpan.FromSeconds(120));
        Assert.True(code == 0, $"The verifier finds a checkpoint damaged: {verifier.Output}{verifier.Error}");
    }
}
