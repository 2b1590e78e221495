using System.Runtime.CompilerServices;
using Steno.Core;
using Steno.Core.Files;
using Steno.Core.Sessions;

namespace Steno.Views;

/// <summary>
/// Follows the current journal as it grows, with or without a recorder, across a change of session: when
/// another file takes its place, the old one is read to its end first, and of the new one only what was not
/// read before.
/// </summary>
internal sealed class JournalFollower(string path, TimeProvider time, Func<bool> isReaderGone)
{
    /// <summary>A tenth of a second feels live, and costs a read of nothing.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private readonly SeenLines _seen = new();

    /// <summary>Where the new begins in the file that has the name now; null while none has it.</summary>
    private long? FindNew()
    {
        try
        {
            // What a loaded session begins with was said before, in another: nobody said it again.
            return Path.Exists(path) ? Math.Max(_seen.FindNew(path), LoadedBytes()) : null;
        }
        catch (StorageException) when (!Path.Exists(path))
        {
            return null; // it was sealed the moment before
        }
    }

    /// <summary>The bytes of a checkpoint's lines that the current journal begins with.</summary>
    private long LoadedBytes()
    {
        try
        {
            SessionManifest? session = SessionManifest.Load(new LogDirectory(Path.GetDirectoryName(path)!).SessionFile);
            long bytes = session?.Loaded?.Bytes ?? 0;
            return bytes <= new FileInfo(path).Length ? bytes : 0;
        }
        catch (Exception e) when (e is StenoException or IOException)
        {
            return 0; // damaged, or not ours to read: then they are shown
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
        if (File.Exists(path)) _seen.AddBefore(path, offset);
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
                        _seen.Add(open.Reader.Line);
                        yield return JournalEntry.At(open.Reader, doubts);
                    }

                    if (replaced) break;

                    await Task.Delay(Poll, time, cancellation).ConfigureAwait(false);
                    if (isReaderGone()) yield break;
                    // Once more to the end afterwards: lines may have come before the change.
                    replaced = open.IsReplaced(path) || open.IsCut;
                }
            }

            long? next;
            while ((next = FindNew()) is null)
            {
                await Task.Delay(Poll, time, cancellation).ConfigureAwait(false);
                if (isReaderGone()) yield break;
            }

            (offset, doubts) = (next.Value, null);
        }
    }
}
