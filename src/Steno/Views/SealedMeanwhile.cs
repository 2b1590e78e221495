using Steno.Core;
using Steno.Core.Files;
using Steno.Core.Sessions;

namespace Steno.Views;

/// <summary>
/// The journals that came into the archive since it was asked last, in the order in which their sessions began: among
/// them are those that began and ended between two looks of a follower. Not thread-safe.
/// </summary>
internal sealed class SealedMeanwhile
{
    private readonly LogDirectory _logs;
    private string _last;

    public SealedMeanwhile(LogDirectory logs)
    {
        _logs = logs;
        _last = Sealed().LastOrDefault().Id ?? "";
    }

    /// <summary>Their paths; each is given once.</summary>
    public IReadOnlyList<string> Take()
    {
        (string Id, string Path)[] found = [.. Sealed().Where(one => string.CompareOrdinal(one.Id, _last) > 0)];
        if (found.Length > 0) _last = found[^1].Id;
        return [.. found.Select(one => one.Path)];
    }

    /// <summary>The bytes of a checkpoint's lines that a journal begins with: they were said before, in another session.</summary>
    /// <param name="sessionFile">The <c>session.json</c> of that journal.</param>
    public static long LoadedBytes(string journal, string sessionFile)
    {
        try
        {
            long bytes = SessionManifest.Load(sessionFile)?.Loaded?.Bytes ?? 0;
            return bytes <= FileFacts.LengthOf(journal) ? bytes : 0;
        }
        catch (Exception e) when (e is StenoException or IOException)
        {
            return 0; // damaged, or not ours to read: then they are shown
        }
    }

    /// <summary>Identifiers of sessions are of version 7: in their order the sessions began.</summary>
    private IEnumerable<(string Id, string Path)> Sealed()
    {
        if (!Directory.Exists(_logs.Archive)) return [];
        return Directory.EnumerateFiles(_logs.Archive, "*.jsonl")
            .Select(path => (Id: Path.GetFileNameWithoutExtension(path).Split('_')[^1], Path: path))
            .Where(one => Guid.TryParse(one.Id, out _))
            .OrderBy(one => one.Id, StringComparer.Ordinal);
    }
}
