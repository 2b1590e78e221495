using Steno.Core.Journal;
using Steno.Core.Messages;

namespace Steno.Views;

/// <summary>Reads parts of a journal for a screen, while it may be written. Takes no lock.</summary>
internal static class JournalExcerpt
{
    /// <summary>
    /// The last <paramref name="count"/> messages, oldest first, and where reading goes on behind them.
    /// </summary>
    /// <param name="path">The journal; it must be there.</param>
    /// <param name="count">At least 0.</param>
    /// <param name="everything">Also the recorder's own lines and repetitions.</param>
    public static (IReadOnlyList<RecordedMessage> Messages, long NextOffset) Last(
        string path, int count, bool everything)
    {
        // How many lines hold so many messages is not known: try, and go back twice as far if they did not.
        for (int lines = Math.Max(count, 1); ; lines = checked(lines * 2))
        {
            long offset = JournalTail.OffsetOfLast(path, lines);
            using var reader = new JournalReader(path, offset);
            var messages = new Queue<RecordedMessage>();
            while (reader.Read(unterminated: false))
            {
                _ = RecordedMessage.TryParse(reader.Line, out RecordedMessage message); // a broken line is shown, too
                if (!everything && !IsSaid(message)) continue;
                messages.Enqueue(message);
                if (messages.Count > count) messages.Dequeue();
            }

            if (messages.Count == count || offset == 0) return ([.. messages], reader.NextOffset);
        }
    }

    /// <summary>
    /// Whether a line is something that was said, and for the first time: not by the recorder about itself, nor
    /// heard again by another way.
    /// </summary>
    public static bool IsSaid(RecordedMessage message) => message.Event is null && message.DuplicateOf is null;
}
