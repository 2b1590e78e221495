namespace Steno.Launching;

/// <summary>How to run this executable once more, as it runs now.</summary>
internal static class Executable
{
    /// <summary>Absolute.</summary>
    public static string Path { get; } = Environment.ProcessPath
        ?? throw new InvalidOperationException("The system does not say where this executable is.");

    /// <summary>Arguments before ours: none, but for <c>dotnet steno.dll</c> the assembly.</summary>
    public static IReadOnlyList<string> FirstArguments { get; } =
        System.IO.Path.GetFileNameWithoutExtension(Path) == "dotnet"
            ? [System.IO.Path.Combine(AppContext.BaseDirectory, "steno.dll")]
            : [];
}
