using Steno.Core.Files;

namespace Steno.Core.Sessions;

/// <summary>
/// Whether the log directory's name still belongs to the directory in which recording began. One thread
/// looks; <see cref="Problem"/> may be read by any.
/// </summary>
/// <param name="happened">Told in a sentence that it was lost, and that it is back.</param>
/// <exception cref="StorageException">It is not there.</exception>
internal sealed class DirectoryWatch(LogDirectory directory, Action<string> happened)
{
    private readonly DirectoryIdentity _root = directory.Disk.Held?.Root ?? DirectoryIdentity.Of(directory.Root);

    private volatile string? _problem;

    /// <summary>Set while the name belongs to nothing or to another directory.</summary>
    public string? Problem => _problem;

    /// <summary>For who cannot go on without it.</summary>
    public StorageException Lost => StorageException.DirectoryLost(directory.Root);

    /// <exception cref="StorageException">The path cannot be looked at.</exception>
    public void Look()
    {
        bool there = _problem is null ? _root.ComesBack() : _root.IsInPlace; // one that is back in a moment was never gone
        if (there == _problem is null) return;
        _problem = there ? null : $"{Lost.Message}.";
        happened(_problem ?? $"The log directory {directory.Root} is back in its place.");
    }
}
