using Steno.Core.Checkpoints;
using Steno.Core.Files;

namespace Steno.Processes;

/// <summary>
/// What a caller's directory says of its work: branch and commit, read from git's own files. No program is
/// started, and what cannot be read is left out.
/// </summary>
internal static class GitWorkTree
{
    /// <summary>A reference is 41 bytes, a path of a work tree some hundred.</summary>
    private const int FileBytesMax = 64 << 10;

    /// <summary>Of a large repository.</summary>
    private const int PackedBytesMax = 64 << 20;

    public static CheckpointTold Describe(string directory)
    {
        try
        {
            (string? branch, string? commit) = Find(directory) is { } git ? ReadHead(git) : default;
            return new CheckpointTold(Fitting(directory), Fitting(branch), Fitting(commit));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or StorageException)
        {
            return new CheckpointTold(Fitting(directory), null, null); // no reason to refuse a checkpoint
        }
    }

    private static string? Fitting(string? text) => text?.Length > CheckpointTold.LengthMax ? null : text;

    private static string? Find(string directory)
    {
        for (string? at = directory; at is not null; at = Path.GetDirectoryName(at))
        {
            string git = Path.Combine(at, ".git");
            if (Directory.Exists(git)) return git;
            // A further work tree, or a submodule: the file says where it is.
            if (Read(git, FileBytesMax) is { } text && text.StartsWith("gitdir: ", StringComparison.Ordinal))
                return Path.GetFullPath(text["gitdir: ".Length..].Trim(), at);
        }

        return null;
    }

    private static (string? Branch, string? Commit) ReadHead(string git)
    {
        string? head = Read(Path.Combine(git, "HEAD"), FileBytesMax)?.Trim();
        if (head is null) return default;
        if (!head.StartsWith("ref: ", StringComparison.Ordinal)) return (null, Commit(head));
        string reference = head["ref: ".Length..];
        string shared = Read(Path.Combine(git, "commondir"), FileBytesMax) is { } common ? Path.GetFullPath(common.Trim(), git) : git;
        string? commit = Commit(Read(Path.Combine(shared, reference), FileBytesMax)?.Trim()) ?? FindPacked(shared, reference);
        string branch = reference.StartsWith("refs/heads/", StringComparison.Ordinal) ? reference["refs/heads/".Length..] : reference;
        return (branch, commit);
    }

    private static string? FindPacked(string git, string reference)
    {
        string? line = Read(Path.Combine(git, "packed-refs"), PackedBytesMax)?.Split('\n')
            .FirstOrDefault(known => known.EndsWith(" " + reference, StringComparison.Ordinal));
        return Commit(line?.Split(' ')[0]);
    }

    private static string? Commit(string? text) =>
        text is { Length: 40 or 64 } && text.All(char.IsAsciiHexDigit) ? text : null;

    private static string? Read(string path, int bytesMax)
    {
        return FileFacts.Of(path) is { Kind: FileKind.File } file && file.Length <= bytesMax ? File.ReadAllText(path) : null;
    }
}
