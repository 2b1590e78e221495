using System.Text.Json;
using Steno.Core.Checkpoints;
using Steno.Core.Journal;

namespace Steno.Core.Sessions;

/// <summary>
/// What a session says of its own beginning, in the first line of ours in its journal. Where its <c>session.json</c> is
/// lost, this and its checkpoints tell who it is.
/// </summary>
internal sealed record SessionBeginning(Guid Id, string Reason, SessionParent? Parent, DateTimeOffset At)
{
    /// <summary>Null if there is no such line, or it is not as it was written.</summary>
    /// <param name="journal">A file that exists.</param>
    /// <param name="head">The lines before it.</param>
    /// <exception cref="Files.StorageException">The disk refuses.</exception>
    public static SessionBeginning? Read(string journal, in EarlierHead head)
    {
        using JournalReader reader = new(journal, head.Bytes);
        return reader.Read(unterminated: false) && JournalLine.TryReadHash(reader.Line, out ChainHash stated)
            && JournalLine.ComputeHash(head.End.Hash, JournalLine.Body(reader.Line)) == stated
                ? Parse(reader.Line)
                : null;
    }

    /// <summary>What else is known of it, put into a manifest that knows nothing.</summary>
    /// <param name="checkpoint">One of the same session; null: there is none.</param>
    public static SessionManifest Complete(SessionManifest fresh, SessionBeginning? beginning, CheckpointManifest? checkpoint)
    {
        SessionParent? parent = checkpoint?.Parent is { } p ? new SessionParent(p.Id, p.Seq, p.HeadHash) : beginning?.Parent;
        return fresh with
        {
            Name = checkpoint?.SessionName,
            Started = checkpoint?.SessionStarted ?? beginning?.At ?? fresh.Started,
            Parent = parent,
        };
    }

    private static SessionBeginning? Parse(ReadOnlySpan<byte> line)
    {
        try
        {
            Utf8JsonReader json = new(line);
            using JsonDocument document = JsonDocument.ParseValue(ref json);
            if (!document.RootElement.TryGetProperty("Metadata", out JsonElement metadata)
                || metadata.ValueKind != JsonValueKind.Object
                || !Text(metadata, "session_id", out string id) || !Guid.TryParse(id, out Guid session)
                || !Text(metadata, "reason", out string reason)
                || !Text(document.RootElement, "ReceivedAt", out string at)
                || !DateTimeOffset.TryParse(at, System.Globalization.CultureInfo.InvariantCulture, out DateTimeOffset received))
                return null;
            return new SessionBeginning(session, reason, ParentOf(metadata), received);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return null; // somebody else has written it: it says nothing
        }
    }

    private static SessionParent? ParentOf(JsonElement metadata) =>
        Text(metadata, "parent_id", out string id) && Guid.TryParse(id, out Guid parent)
        && metadata.TryGetProperty("parent_seq", out JsonElement seq) && seq.TryGetInt64(out long last)
        && Text(metadata, "parent_head_hash", out string hash)
            ? new SessionParent(parent, last, hash)
            : null;

    private static bool Text(JsonElement of, string name, out string text)
    {
        text = of.TryGetProperty(name, out JsonElement value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        return text.Length > 0;
    }
}
