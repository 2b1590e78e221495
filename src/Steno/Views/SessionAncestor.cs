using Steno.Core;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Sessions;

namespace Steno.Views;

/// <summary>A session that another one continues.</summary>
/// <param name="Seq">Its last line.</param>
/// <param name="Started">Null where its <c>session.json</c> is gone, or cannot be read.</param>
/// <param name="Sealed">Why it ended; null where that is not known.</param>
internal sealed record SessionAncestor(string Id, long Seq, DateTimeOffset? Started, string? Sealed)
{
    /// <summary>No line of sessions is longer; a circle would be endless.</summary>
    private const int Max = 1000;

    /// <summary>The nearest first.</summary>
    public static IReadOnlyList<SessionAncestor> Of(CheckpointManifest checkpoint, LogDirectory logs) =>
        Of(checkpoint.Parent is { } parent ? (parent.Id, parent.Seq) : null, logs);

    /// <param name="next">The parent of the session in question, with its last line; null: it has none.</param>
    public static IReadOnlyList<SessionAncestor> Of((Guid Id, long Seq)? next, LogDirectory logs)
    {
        List<SessionAncestor> line = [];
        while (next is { } ancestor && line.Count < Max)
        {
            SessionManifest? manifest = Find(logs, ancestor.Id);
            line.Add(new SessionAncestor(ancestor.Id.ToString(), ancestor.Seq, manifest?.Started, manifest?.Sealed));
            next = manifest?.Parent is { } above ? (above.Id, above.Seq) : null;
        }

        return line;
    }

    private static SessionManifest? Find(LogDirectory logs, Guid id)
    {
        if (!Directory.Exists(logs.Archive)) return null;
        try
        {
            return Directory.EnumerateFiles(logs.Archive, $"*_{id}.session.json").Select(SessionManifest.Load).FirstOrDefault();
        }
        catch (StenoException)
        {
            return null; // damaged: its id is all that is known of it
        }
    }
}
