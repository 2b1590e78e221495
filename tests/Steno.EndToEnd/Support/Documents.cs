namespace Steno.EndToEnd.Support;

/// <summary>What the documents show, as it stands there.</summary>
internal static class Documents
{
    /// <summary>The only block of code whose fence says this.</summary>
    public static string Block(string document, string fence)
    {
        DirectoryInfo root = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Steno.slnx"))) root = root.Parent!;
        string[] parts = File.ReadAllText(Path.Combine(root.FullName, document)).Split($"```{fence}\n");
        Assert.True(parts.Length == 2, $"{document} has {parts.Length - 1} blocks \"{fence}\".");
        return parts[1][..parts[1].IndexOf("```", StringComparison.Ordinal)];
    }
}
