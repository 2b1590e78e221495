using System.Globalization;
using Steno.Core.Messages;

namespace Steno.Views;

/// <summary>
/// One message in the JSON of <c>recent</c>, <c>tail</c> and <c>show</c>; documented in <c>docs/cli.md</c>.
/// </summary>
internal sealed record MessageAnswer
{
    public long? Seq { get; init; }

    /// <summary>Of <c>recent</c> and <c>tail</c>: the session, for numbers begin anew in each; else null.</summary>
    public string? Session { get; init; }

    public required string Id { get; init; }

    public required string Timestamp { get; init; }

    public string? ReceivedAt { get; init; }

    public required string Speaker { get; init; }

    public required string Role { get; init; }

    public required string ContextId { get; init; }

    public required string Text { get; init; }

    public string? Topic { get; init; }

    public string? Source { get; init; }

    public string? Chain { get; init; }

    public string? Tier { get; init; }

    public IReadOnlyList<string> Tags { get; init; } = [];

    public string? Event { get; init; }

    public long? DuplicateOf { get; init; }

    public string? Hash { get; init; }

    /// <summary>Where the damage is; null on every line that can be read.</summary>
    public DamagedPlace? Damaged { get; init; }

    /// <summary>Why it may not be what was written (<see cref="Views.Doubt.Kind"/>); null: nothing speaks against it.</summary>
    public string? Doubt { get; init; }

    public static MessageAnswer From(JournalEntry entry)
    {
        RecordedMessage message = entry.Message;
        return new MessageAnswer
        {
            Seq = message.Seq,
            Id = message.Id,
            Timestamp = message.Timestamp,
            // Always six digits: not every parser takes fewer.
            ReceivedAt = message.ReceivedAt?.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.ffffff'+00:00'", CultureInfo.InvariantCulture),
            Speaker = message.Speaker,
            Role = message.Role,
            ContextId = message.ContextId,
            Text = entry.IsDamaged ? "" : message.Text,
            Topic = message.Topic,
            Source = message.Source,
            Chain = message.Chain,
            Tier = message.Tier,
            Tags = message.Tags,
            Event = message.Event,
            DuplicateOf = message.DuplicateOf,
            Hash = message.Hash,
            Damaged = entry.IsDamaged ? new DamagedPlace(entry.Offset, entry.Bytes) : null,
            Doubt = entry.Doubt?.Kind,
        };
    }
}
