namespace Steno.Tests;

/// <summary>Files of the repository that tests hold to their word.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// What stands in the first fenced block of a document whose opening line is <c>```info</c>.
    /// </summary>
    public static string Block(string document, string info)
    {
        string text = File.ReadAllText(Path.Combine(Root, document));
        string opening = $"\n```{info}\n";
        int start = text.IndexOf(opening, StringComparison.Ordinal);
        Assert.True(start >= 0, $"{document} has no block ```{info}");
        start += opening.Length;
        return text[start..text.IndexOf("\n```", start, StringComparison.Ordinal)];
    }

    private static string FindRoot()
    {
        var directory = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(directory!.FullName, "Steno.slnx"))) directory = directory.Parent;
        return directory.FullName;
    }
}
