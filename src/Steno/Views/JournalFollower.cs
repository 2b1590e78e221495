using System.Runtime.CompilerServices;
using Steno.Core.Journal;
using Steno.Core.Messages;

namespace Steno.Views;

/// <summary>
/// Follows the current journal as it grows, with or without a recorder, across a change of session: when another
/// file takes its place, the old one is read to its end first.
/// </summary>
internal sealed class JournalFollower(string path, TimeProvider time, Func<bool> isReaderGone)
{
    /// <summary>A tenth of a second feels live, and costs a read of nothing.</summary>
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    /// <summary>Yields every whole line from <paramref name="offset"/> on; ends when cancelled or nobody reads any more.</summary>
    public async IAsyncEnumerable<RecordedMessage> FollowAsync(
        long offset, [EnumeratorCancellation] CancellationToken cancellation)
    {
        byte[] last = [];
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
                while (true)
                {
                    while (open.Reader.Read(unterminated: false))
                    {
                        (last, offset) = (open.Reader.Line.ToArray(), open.Reader.NextOffset);
                        yield return Parse(open.Reader);
                    }

                    if (replaced) break;

                    await Task.Delay(Poll, time, cancellation).ConfigureAwait(false);
                    if (isReaderGone()) yield break;
                    // Once more to the end afterwards: lines may have come before the change.
                    replaced = open.IsReplaced(path);
                }
            }

            if (!IsCopy(offset, last)) offset = 0;
        }
    }

    /// <summary>Whether what has the name now holds the line last read where it stood: the recorder has put its journal back.</summary>
    private bool IsCopy(long nextOffset, byte[] last)
    {
        if (last.Length == 0) return false;
        using OpenJournal? open = OpenJournal.TryOpen(path, nextOffset - last.Length - 1);
        return open is not null && open.Reader.Read(unterminated: false) && open.Reader.Line.SequenceEqual(last);
    }

    private static RecordedMessage Parse(JournalReader reader)
    {
        _ = RecordedMessage.TryParse(reader.Line, out RecordedMessage message); // a broken line is shown, too
        return message;
    }
}
