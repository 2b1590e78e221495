using System.Collections.Concurrent;

namespace Steno.Core.Files;

/// <summary>
/// The log directory that is held, and the directories in it as they were when something was first done in them. Any thread.
/// </summary>
internal sealed class HeldDirectories
{
    private readonly ConcurrentDictionary<string, DirectoryIdentity> _inner = new();

    /// <param name="inner">The directories in it, which may be missing. Absolute.</param>
    /// <exception cref="StorageException">It is not there.</exception>
    public HeldDirectories(string root, IReadOnlyList<string> inner)
    {
        Root = DirectoryIdentity.Of(root);
        foreach (string directory in inner) Note(directory);
    }

    public DirectoryIdentity Root { get; }

    /// <summary>
    /// Before something is done by name in <paramref name="directory"/>: waits half a second for the one that was there
    /// before. One that does not come back has been moved away for good, and what has its name from then on is ours as well.
    /// </summary>
    /// <exception cref="StorageException">The log directory's name leads elsewhere, or nowhere.</exception>
    public void Require(string directory)
    {
        Root.RequireInPlace();
        if (_inner.TryGetValue(directory, out DirectoryIdentity? known) && !known.ComesBack()) _inner.TryRemove(directory, out _);
        Note(directory);
        Root.RequireInPlace(); // it may have been one of another's
    }

    /// <summary>Whether it leads there now, as far as it was there before.</summary>
    /// <exception cref="StorageException">The path cannot be looked at.</exception>
    public bool AreInPlace(string directory) =>
        Root.IsInPlace && (!_inner.TryGetValue(directory, out DirectoryIdentity? known) || known.IsInPlace);

    private void Note(string directory)
    {
        if (!_inner.ContainsKey(directory) && DirectoryIdentity.Find(directory) is { } found) _inner.TryAdd(directory, found);
    }
}
