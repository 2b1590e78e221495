using Steno.Core.Files;

namespace Steno.Core.Journal;

/// <summary>
/// A small file of JSON that proves itself: one line that ends in a hash of itself, made as in a journal with
/// no predecessor.
/// </summary>
internal static class SelfHashed
{
    /// <summary>
    /// No file of ours is nearly as large: what is larger is somebody's, and is not read into memory.
    /// </summary>
    private const int MaxBytes = 64 << 20;

    /// <param name="json">An object that is not empty.</param>
    public static LineBuffer Line(ReadOnlySpan<byte> json)
    {
        LineBuffer line = new(json.Length + JournalLine.SuffixLength + 1);
        line.Write(json[..^1]); // without its closing brace: the hash is the last key
        JournalLine.WriteSuffix(JournalLine.ComputeHash(ChainHash.Zero, line.Written), line);
        return line;
    }

    /// <summary>The JSON without its hash. What stands behind the line is somebody's, and says nothing against it.</summary>
    /// <param name="hint">What to do with a damaged one; null: what is said of a journal.</param>
    /// <exception cref="JournalDamagedException">It is not as it was written.</exception>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static byte[] Read(string path, string? hint = null)
    {
        ReadOnlySpan<byte> line;
        try
        {
            FileFacts.RequireFile(path); // a pipe would be waited for, a device read without end
            if (FileFacts.Of(path) is { Length: > MaxBytes }) // of what a link leads to
                throw new JournalDamagedException(path, MaxBytes, "it is too large", hint);
            line = File.ReadAllBytes(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw StorageException.FromException("read", path, e);
        }

        if (line.IndexOf((byte)'\n') is >= 0 and var end) line = line[..end];
        if (!JournalLine.TryReadHash(line, out ChainHash stated)
            || JournalLine.ComputeHash(ChainHash.Zero, JournalLine.Body(line)) != stated)
            throw new JournalDamagedException(path, 0, "its hash does not match its content", hint);
        return [.. JournalLine.Body(line), (byte)'}'];
    }
}
