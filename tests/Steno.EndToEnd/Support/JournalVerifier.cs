using System.Text.RegularExpressions;

namespace Steno.EndToEnd.Support;

/// <summary>
/// The independent verifier: the Python script as it stands in <c>docs/journal-format.md</c>.
/// </summary>
internal static partial class JournalVerifier
{
    private static readonly Lazy<string> Script = new(Extract);

    /// <summary>Fails unless the verifier finds every line of the journal whole and in its place.</summary>
    public static async Task VerifyAsync(string journal)
    {
        PythonPeer.Require();
        await using ChildProcess verifier = ChildProcess.Start("/usr/bin/python3", "-c", Script.Value, journal);
        int code = await verifier.WaitForExitAsync(TimeSpan.FromSeconds(60));
        Assert.True(code == 0, $"The verifier finds {journal} damaged: {verifier.Output}{verifier.Error}");
    }

    private static string Extract()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            string document = Path.Combine(at.FullName, "docs", "journal-format.md");
            if (!File.Exists(document)) continue;
            Match block = PythonBlock().Match(File.ReadAllText(document));
            if (block.Success) return block.Groups[1].Value;
        }

        throw new InvalidOperationException("docs/journal-format.md has no verifier in it.");
    }

    [GeneratedRegex("```python\n(.*?)```", RegexOptions.Singleline)]
    private static partial Regex PythonBlock();
}
