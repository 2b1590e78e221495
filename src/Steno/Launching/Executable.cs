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

    /// <summary>Whether a shell with this search path finds us as <c>steno</c>.</summary>
    public static bool IsOn(string? searchPath) => (searchPath ?? "")
        .Split(System.IO.Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
        .Any(directory => File.Exists(System.IO.Path.Combine(directory, System.IO.Path.GetFileName(Path))));
}
