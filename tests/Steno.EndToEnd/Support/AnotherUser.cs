namespace Steno.EndToEnd.Support;

/// <summary>Root may do everything: what others may not is shown as somebody else.</summary>
internal static class AnotherUser
{
    private const string Program = "/usr/bin/setpriv";

    private const UnixFileMode ReadableByAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    /// <summary>Goes before a command, which then runs as nobody.</summary>
    public static IReadOnlyList<string> Before { get; } =
        [Program, "--reuid=65534", "--regid=65534", "--clear-groups"];

    /// <summary>Skips the test where nobody else can be made, or the binary lies where only root may go.</summary>
    public static void Require()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess, "Running as another user needs root.");
        Assert.SkipUnless(File.Exists(Program), "setpriv (util-linux) is not installed.");
        for (string? at = Path.GetFullPath(StenoBinary.Path); at is not null; at = Path.GetDirectoryName(at))
            Assert.SkipUnless(File.GetUnixFileMode(at).HasFlag(UnixFileMode.OtherExecute), $"{at} is closed to other users.");
    }

    /// <summary>Made if it is not there; to be looked into by all, and written by its owner alone.</summary>
    public static void LetIn(string directory)
    {
        Directory.CreateDirectory(directory);
        File.SetUnixFileMode(directory, ReadableByAll);
    }
}
