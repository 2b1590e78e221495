namespace Steno.EndToEnd.Support;

/// <summary>
/// Counts publishers' numbers independently: the Python script as it stands in <c>docs/journal-format.md</c>.
/// </summary>
internal static class NumberVerifier
{
    /// <summary>
    /// Fails unless the journals, in this order, tell as missing exactly what is missing. What it counted.
    /// </summary>
    public static async Task<string> VerifyAsync(params IEnumerable<string> journals)
    {
        PythonPeer.Require();
        await using ChildProcess verifier =
            ChildProcess.Start("/usr/bin/python3", ["-c", Documents.Block("docs/journal-format.md", "python numbers"), .. journals]);
        int code = await verifier.WaitForExitAsync(TimeSpan.FromSeconds(60));
        Assert.True(code == 0, $"{verifier.Output}{verifier.Error}");
        return verifier.Output;
    }
}
