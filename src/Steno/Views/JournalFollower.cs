using System.Runtime.CompilerServices;
using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Views;

/// <summary>
/// Follows the current journal as it grows, with or without a recorder, across a change of session: when
/// another file takes its place, the old one is read to its end first, then what was sealed meanwhile, and of the new
/// one only what was not read before.
/// </summary>
internal sealed class JournalFollower(string path, TimeProvider time, Func<bool> isReaderGone)
{
    /// <summary>A tenth of a second feels live, and costs a read of nothing.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private readonly SeenLines _seen = new();
    private readonly LogDirectory _logs = new(Path.GetDirectoryName(path)!);

    /// <summary>Where the new begins in the file that has the name now; null while none has it.</summary>
    private long? FindNew()
    {
        try
        {
            // What a loaded session begins with was said before, in another: nobody said it again.
            return Path.Exists(path) ? Math.Max(_seen.FindNew(path), SealedMeanwhile.LoadedBytes(path, _logs.SessionFile)) : null;
        }
        catch (StorageException) when (!Path.Exists(path))
        {
            return null; // it was sealed the moment before
        }
    }

    /// <summary>
    /// Yields every whole line from <paramref name="offset"/> on; ends when cancelled or nobody reads any
    /// more.
    /// </summary>
    /// <param name="doubts">That have taken the lines before it; null: they begin there.</param>
    /// <exception cref="Core.Files.StorageException">The journal cannot be read, or something that is no file took its
    /// name.</exception>
    public async IAsyncEnumerable<JournalEntry> FollowAsync(
        long offset, LineDoubts? doubts, [EnumeratorCancellation] CancellationToken cancellation)
    {
        SealedMeanwhile archive = new(_logs);
        if (File.Exists(path)) _seen.AddBefore(path, offset);
        bool wasCut = false;
        while (true)
        {
            OpenJournal? open;
            while ((open = OpenJournal.TryOpen(path, offset)) is null)
            {
                await Task.Delay(Poll, time, cancellation).ConfigureAwait(false);
                if (isReaderGone()) yield break;
            }

            using (open)
            {
                bool replaced = false;
                doubts ??= LineDoubts.At(path, offset);
                while (true)
                {
                    while (open.Reader.Read(unterminated: false))
                    {
                        // What was cut off may be put back into the same file.
                        bool isOld = wasCut && _seen.Holds(open.Reader.Line);
                        JournalEntry entry = Take(open.Reader, doubts);
                        if (!isOld) yield return entry;
                    }

                    if (replaced) break;

                    await Task.Delay(Poll, time, cancellation).ConfigureAwait(false);
                    if (isReaderGone()) yield break;
                    // Once more to the end afterwards: lines may have come before the change.
                    bool isOther = open.IsReplaced(path);
                    replaced = isOther || open.IsCut;
                    if (replaced) wasCut = !isOther;
                }
            }

            // A session may have begun and ended since the last look.
            foreach (string journal in archive.Take())
                foreach (JournalEntry entry in ReadSealed(journal))
                    yield return entry;

            long? next;
            while ((next = FindNew()) is null)
            {
                await Task.Delay(Poll, time, cancellation).ConfigureAwait(false);
                if (isReaderGone()) yield break;
            }

            (offset, doubts) = (next.Value, null);
        }
    }

    /// <summary>What was not read of it; nothing of one that has gone meanwhile.</summary>
    private IEnumerable<JournalEntry> ReadSealed(string journal)
    {
        if (!File.Exists(journal)) yield break;
        long offset = Math.Max(_seen.FindNew(journal), SealedMeanwhile.LoadedBytes(journal, Path.ChangeExtension(journal, ".session.json")));
        LineDoubts doubts = LineDoubts.At(journal, offset);
        using var reader = new JournalReader(journal, offset);
        while (reader.Read(unterminated: false))
        {
            yield return Take(reader, doubts);
        }
    }

    private JournalEntry Take(JournalReader reader, LineDoubts doubts)
    {
        JournalEntry entry = JournalEntry.At(reader, doubts);
        if (entry.NamesSession is not null) _seen.BeginSession();
        _seen.Add(reader.Line);
        return entry;
    }
}
