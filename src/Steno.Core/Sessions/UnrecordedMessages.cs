using System.Text.Json;
using Steno.Core.Journal;
using Steno.Core.Messages;

namespace Steno.Core.Sessions;

/// <summary>
/// The line that tells how many messages of a session were received and could not be recorded, in all: the next start writes it, and a
/// <c>session.json</c> that is made again has it from there.
/// </summary>
internal static class UnrecordedMessages
{
    private const string Field = "unrecorded";

    public static SystemEvent ToEvent(long messages) =>
        new(SystemEventNames.Gap, LossSentence.OfUnrecorded(messages), SystemEventField.Of(Field, messages));

    /// <summary>As the last such line says; 0: there is none.</summary>
    /// <param name="from">The first byte that is this session's alone.</param>
    /// <exception cref="Files.StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two lines.</exception>
    public static long ToldIn(string journal, long from, CancellationToken cancellation)
    {
        long told = 0;
        using JournalReader reader = new(journal, from);
        while (reader.Read(unterminated: false))
        {
            cancellation.ThrowIfCancellationRequested();
            if (reader.Line.IndexOf("\"unrecorded\":"u8) < 0) continue;
            if (!RecordedMessage.TryParse(reader.Line, out RecordedMessage line) || line.Event != SystemEventNames.Gap) continue;
            using JsonDocument metadata = JsonDocument.Parse(line.MetadataJson);
            if (metadata.RootElement.TryGetProperty(Field, out JsonElement messages) && messages.TryGetInt64(out long lost)) told = lost;
        }

        return told;
    }
}
