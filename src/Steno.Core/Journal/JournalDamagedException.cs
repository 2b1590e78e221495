using System.Globalization;

namespace Steno.Core.Journal;

/// <summary>
/// A journal, or a file beside it, is not as it was written, in a way that stops the work at hand.
/// </summary>
/// <param name="hint">Null: what helps where the file is the journal or its <c>session.json</c>.</param>
public sealed class JournalDamagedException(string path, long offset, string what, string? hint = null) : StenoException(
    string.Create(CultureInfo.InvariantCulture, $"{path} is damaged at byte {offset}: {what}."),
    hint ?? "Leave it in its place: `steno recover` puts it right from what else there is.")
{
    public string Path { get; } = path;

    /// <summary>What is wrong, in words that go on a sentence.</summary>
    public string What { get; } = what;

    /// <summary>Bytes before the damage.</summary>
    public long Offset { get; } = offset;
}
