namespace Steno.Core.Files;

/// <summary>
/// Which directory had a name, whatever has the name now. Immutable, for any thread. On Linux; elsewhere it is seen only
/// that the name is gone.
/// </summary>
internal sealed class DirectoryIdentity
{
    /// <summary>An exchange of two directories is there and back in milliseconds, and what waits for it would else be given up.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(500);

    private readonly string _path;
    private readonly FileFacts _facts;

    private DirectoryIdentity(string path, in FileFacts facts)
    {
        _path = path;
        _facts = facts;
    }

    /// <summary>Whether the name still leads there: one <c>statx</c>.</summary>
    /// <exception cref="StorageException">The path cannot be looked at.</exception>
    public bool IsInPlace => FileFacts.Of(_path) is { } now && now.IsSameAs(_facts);

    /// <summary>Of the directory that has the name now.</summary>
    /// <exception cref="StorageException">It is not there.</exception>
    public static DirectoryIdentity Of(string path) => Find(path) ?? throw StorageException.DirectoryLost(path);

    /// <summary>The same; null: nothing has the name.</summary>
    /// <exception cref="StorageException">The path cannot be looked at.</exception>
    public static DirectoryIdentity? Find(string path) => FileFacts.Of(path) is { } facts ? new DirectoryIdentity(path, facts) : null;

    /// <summary>Waits half a second for the directory to come back. False: it does not.</summary>
    /// <exception cref="StorageException">The path cannot be looked at.</exception>
    public bool ComesBack() => IsInPlace || SpinWait.SpinUntil(() => IsInPlace, Patience);

    /// <summary>The same.</summary>
    /// <exception cref="StorageException">The name leads elsewhere, or nowhere.</exception>
    public void RequireInPlace()
    {
        if (!ComesBack()) throw StorageException.DirectoryReplaced(_path);
    }
}
