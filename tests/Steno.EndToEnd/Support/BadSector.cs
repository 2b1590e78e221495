using System.Globalization;

namespace Steno.EndToEnd.Support;

/// <summary>A stretch of a file that the disk refuses with an input/output error, to whoever is started with it, under whatever name.</summary>
internal sealed class BadSector
{
    private static readonly Lazy<Task<string>> Library = new(CompileAsync);

    private BadSector(string library, string inode, long from, long to)
    {
        Inode = inode;
        Before =
        [
            "/usr/bin/env", $"LD_PRELOAD={library}", $"BAD_INODE={inode}",
            string.Create(CultureInfo.InvariantCulture, $"BAD_FROM={from}"), string.Create(CultureInfo.InvariantCulture, $"BAD_TO={to}"),
        ];
    }

    /// <summary>The command line to put before the program.</summary>
    public IReadOnlyList<string> Before { get; }

    public string Inode { get; }

    /// <param name="to">The first byte behind it.</param>
    public static async Task<BadSector> InAsync(string file, long from = 0, long to = long.MaxValue)
    {
        return new BadSector(await Library.Value, await InodeOfAsync(file), from, to);
    }

    public static async Task<string> InodeOfAsync(string file)
    {
        await using ChildProcess stat = ChildProcess.Start("/usr/bin/stat", "-c", "%i", file);
        Assert.Equal(0, await stat.WaitForExitAsync());
        return stat.Output.Trim();
    }

    /// <summary>Once for all tests, beside their own binaries.</summary>
    private static async Task<string> CompileAsync()
    {
        string folder = Path.Combine(AppContext.BaseDirectory, "bad_sector");
        string library = Path.Combine(folder, "bad_sector.so");
        await using ChildProcess compiler = ChildProcess.Start("cc", "-shared", "-fPIC", "-O1", "-o", library, Path.Combine(folder, "bad_sector.c"), "-ldl");
        Assert.Equal(0, await compiler.WaitForExitAsync());
        return library;
    }
}
