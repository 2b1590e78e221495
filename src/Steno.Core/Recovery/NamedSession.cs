using System.Text.Json;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Messages;

namespace Steno.Core.Recovery;

/// <summary>
/// What a journal itself says of its session. Each begins with a line that names it (<c>session_started</c>); one
/// that begins with a checkpoint's lines has others' names before its own (<c>checkpoint_loaded</c>): the last one
/// counts.
/// </summary>
/// <param name="Seq">Of the line that names it.</param>
/// <param name="Parent">The session that it continues, with its last sequence and hash; null: it names none.</param>
/// <param name="Loaded">The checkpoint whose lines it begins with; null: it begins with none.</param>
internal sealed record NamedSession(Guid Id, long Seq, NamedSession.ParentLine? Parent, NamedSession.LoadedCheckpoint? Loaded)
{
    private static ReadOnlySpan<byte> EventKey => "\"event\":\""u8;

    /// <summary>Null: there is no journal, or no line in it that names a session. Reads all of it.</summary>
    /// <exception cref="Files.StorageException">The disk refuses.</exception>
    /// <exception cref="OperationCanceledException">Cancelled between two lines.</exception>
    public static NamedSession? Find(string journal, CancellationToken cancellation = default)
    {
        if (!FileFacts.IsReadable(journal)) return null;
        using JournalReader reader = new(journal);
        return Find(reader, cancellation: cancellation);
    }

    /// <summary>
    /// The same of lines wherever they are. A line that does not follow on the one before it says nothing; but where lines before
    /// it are gone nothing contradicts it.
    /// </summary>
    /// <param name="before">The line before the first one; null: it is not known.</param>
    /// <param name="isProven">Only what follows on the line before it counts, or on what is no line.</param>
    public static NamedSession? Find(JournalReader reader, JournalPosition? before = null, bool isProven = false, CancellationToken cancellation = default)
    {
        NamedSession? found = null;
        while (reader.Read(unterminated: false))
        {
            cancellation.ThrowIfCancellationRequested();
            bool isLine = JournalLine.TryReadHash(reader.Line, out ChainHash hash);
            if (isLine && reader.Line.IndexOf(EventKey) >= 0 && (before is not { } last || Follows(last, reader.Line, hash, isProven)))
                found = Read(reader.Line, reader.Offset, found);
            before = isLine && JournalLine.TryReadSeq(reader.Line, out long seq) ? new JournalPosition(0, seq, hash) : null;
        }

        return found;
    }

    private static bool Follows(in JournalPosition before, ReadOnlySpan<byte> line, in ChainHash hash, bool isProven) =>
        JournalLine.ComputeHash(before.Hash, JournalLine.Body(line)) == hash
        || (!isProven && JournalLine.TryReadSeq(line, out long seq) && seq > before.Seq + 1);

    /// <summary>The session that this one line names; null: it names none.</summary>
    public static Guid? FindIn(ReadOnlySpan<byte> line) => line.IndexOf(EventKey) < 0 ? null : Read(line, 0, null)?.Id;

    private static NamedSession? Read(ReadOnlySpan<byte> line, long offset, NamedSession? before)
    {
        if (!RecordedMessage.TryParse(line, out RecordedMessage message)) return before;
        bool isLoad = message.Event == SystemEventNames.CheckpointLoaded;
        if (!isLoad && message.Event != SystemEventNames.SessionStarted) return before;
        using JsonDocument metadata = JsonDocument.Parse(message.MetadataJson);
        JsonElement root = metadata.RootElement;
        if (!TryReadId(root, "session_id", out Guid id)) return before;
        LoadedCheckpoint? loaded = isLoad && Text(root, "checkpoint") is { } checkpoint
            ? new LoadedCheckpoint(
                checkpoint, TryReadId(root, "from_session", out Guid from) ? from : null, (message.Seq ?? 1) - 1, offset)
            : null;
        ParentLine? parent = TryReadId(root, "parent_id", out Guid parentId)
            && root.TryGetProperty("parent_seq", out JsonElement seq) && seq.ValueKind == JsonValueKind.Number && seq.TryGetInt64(out long parentSeq)
            && Text(root, "parent_head_hash") is { } hash
                ? new ParentLine(parentId, parentSeq, hash)
                : null;
        NamedSession? same = before?.Id == id ? before : null; // both lines speak of one session
        return new NamedSession(id, message.Seq ?? 0, parent ?? same?.Parent, loaded ?? same?.Loaded);
    }

    private static bool TryReadId(JsonElement metadata, string name, out Guid id)
    {
        id = default;
        return metadata.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String && value.TryGetGuid(out id);
    }

    private static string? Text(JsonElement metadata, string name) =>
        metadata.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    /// <param name="Seq">The parent's last sequence.</param>
    /// <param name="HeadHash">The parent's last hash, base64.</param>
    internal sealed record ParentLine(Guid Id, long Seq, string HeadHash);

    /// <param name="Session">Whose checkpoint it is; null: of the earlier system.</param>
    /// <param name="Seq">The last line of it.</param>
    /// <param name="Bytes">Where that ends.</param>
    internal sealed record LoadedCheckpoint(string Checkpoint, Guid? Session, long Seq, long Bytes);
}
