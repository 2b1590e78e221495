using Steno.Configuration;
using Steno.Core.Files;

namespace Steno.Commands;

/// <summary>
/// Who stands in a subdirectory has the default log directory there, and means the one above. Steno does not
/// guess which: it says that there is another.
/// </summary>
internal static class LogsAbove
{
    /// <summary>
    /// A directory of the same name, further up, that has a journal; null if there is none, or
    /// <paramref name="logs"/> itself is there.
    /// </summary>
    /// <param name="logs">Absolute.</param>
    public static string? Find(string logs)
    {
        if (Directory.Exists(logs)) return null;
        string name = Path.GetFileName(logs);
        for (string? above = Path.GetDirectoryName(Path.GetDirectoryName(logs)); above is not null; above = Path.GetDirectoryName(above))
        {
            string candidate = Path.Combine(above, name);
            if (File.Exists(new LogDirectory(candidate).CurrentJournal)) return candidate;
        }

        return null;
    }

    /// <summary>A sentence with a space before it, for behind another; nothing if there is nothing to say.</summary>
    /// <param name="logs">Absolute.</param>
    public static string Hint(string logs) =>
        Find(logs) is { } above ? $" One further up has a journal: --logs {ShellWord.Of(above)}." : "";
}
