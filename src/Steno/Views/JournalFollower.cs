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
                    while (open.Reader.Read(unterminated: false)) yield return Parse(open.Reader);
                    if (replaced) break;

                    await Task.Delay(Poll, time, cancellation).ConfigureAwait(false);
                    if (isReaderGone()) yield break;
                    // Once more to the end afterwards: lines may have come before the change.
                    replaced = open.IsReplaced(path);
                }
            }

            offset = 0;
        }
    }

    private static RecordedMessage Parse(JournalReader reader)
    {
        _ = RecordedMessage.TryParse(reader.Line, out RecordedMessage message); // a broken line is shown, too
        return message;
    }
}
