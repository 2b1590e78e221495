using Steno.Core.Files;
using Steno.Zmtp;

namespace Steno.Processes;

/// <summary>
/// The socket file of a door on a path. Who connects goes by the name, and the door by what it bound: a name that
/// was deleted, or that another program bound over, leads nobody here. While the door is open its inode is not
/// given to another. Any thread.
/// </summary>
internal sealed class DoorFile
{
    private readonly string _path;
    private readonly FileFacts? _bound;

    private DoorFile(string path)
    {
        _path = path;
        _bound = FileFacts.Of(path);
    }

    /// <summary>Of a door that has just been opened; null if it has no file: TCP, or an abstract name.</summary>
    /// <exception cref="StorageException">The path cannot be looked at.</exception>
    public static DoorFile? Of(ZmtpEndpoint door) => door.IsIpc && door.Path[0] != '@' ? new DoorFile(door.Path) : null;

    /// <summary>Why nobody new can reach the door, with the remedy; null if they can. Costs a look at one file.</summary>
    public string? Problem()
    {
        try
        {
            const string Reach = "who connects now does not reach this door, who is connected is heard.";
            if (FileFacts.Of(_path) is not { } now)
                return $"The socket file {_path} is gone: {Reach} `steno stop` and `steno start` make it anew.";
            return _bound is { } bound && bound.IsSameAs(in now) ? null
                : $"The socket file {_path} was replaced by another: {Reach} End what owns it; `steno stop` and `steno start` make it anew.";
        }
        catch (StorageException unknown)
        {
            return $"Whether anybody reaches this door is not known: {unknown.Sentences}";
        }
    }
}
