namespace Steno.EndToEnd.Support;

/// <summary>What the documents show, as it stands there.</summary>
internal static class Documents
{
    /// <summary>All of it.</summary>
    public static string Read(string document)
    {
        DirectoryInfo root = new(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Steno.slnx"))) root = root.Parent!;
        return File.ReadAllText(Path.Combine(root.FullName, document));
    }

    /// <summary>The only block of code whose fence says this.</summary>
    public static string Block(string document, string fence)
    {
        string[] parts = Read(document).Split($"```{fence}\n");
        Assert.True(parts.Length == 2, $"{document} has {parts.Length - 1} blocks \"{fence}\".");
        return parts[1][..parts[1].IndexOf("```", StringComparison.Ordinal)];
    }
}
