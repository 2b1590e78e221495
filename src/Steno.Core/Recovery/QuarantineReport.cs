using System.Text.Json;
using System.Text.Json.Serialization;
using Steno.Core.Files;

namespace Steno.Core.Recovery;

/// <summary>
/// What stands beside damaged bytes in quarantine: where they come from, and what was done about them.
/// </summary>
public sealed record QuarantineReport
{
    /// <summary>
    /// The bytes are safe here, and the file they come from is being mended: start-up finishes that.
    /// </summary>
    public const string Repairing = "repairing";

    /// <summary>Nothing is left to do.</summary>
    public const string Repaired = "repaired";

    /// <summary>A journal of which a part, or all, was replaced: see <see cref="What"/>.</summary>
    public const string DamagedJournal = "damaged_journal";

    [JsonPropertyName("format")]
    public int Format { get; init; } = 1;

    [JsonPropertyName("state")]
    public required string State { get; init; }

    /// <summary>
    /// What was wrong: <c>torn_tail</c>, <c>session_file</c>, <c>stranger</c>, <c>foreign_bytes</c>,
    /// <c>blank_journal</c>, <c>blank_end</c>, <c>blank_copy</c> and others.
    /// </summary>
    [JsonPropertyName("what")]
    public required string What { get; init; }

    [JsonPropertyName("found")]
    public required DateTimeOffset Found { get; init; }

    /// <summary>The file the bytes were taken from, relative to the log directory.</summary>
    [JsonPropertyName("source")]
    public required string Source { get; init; }

    /// <summary>Where in that file they began.</summary>
    [JsonPropertyName("offset")]
    public required long Offset { get; init; }

    /// <summary>How many.</summary>
    [JsonPropertyName("length")]
    public required long Length { get; init; }

    /// <summary>The session, where it is known.</summary>
    [JsonPropertyName("session")]
    public Guid? Session { get; init; }

    /// <summary>The last sequence before the bytes.</summary>
    [JsonPropertyName("seq")]
    public long Seq { get; init; }

    /// <summary>The hash of the line before the bytes, base64.</summary>
    [JsonPropertyName("head_hash")]
    public string? HeadHash { get; init; }

    /// <summary>Lines among the bytes that were written again at the end of the journal.</summary>
    [JsonPropertyName("salvaged")]
    public int Salvaged { get; init; }

    /// <summary>
    /// Of a torn tail: how long the second copy of its session was before the repair began, bytes, if it went further than the last good line. It
    /// gets the lines of the repair later, and these can be cut off again. 0: it did not.
    /// </summary>
    [JsonPropertyName("copy_length")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long CopyLength { get; init; }

    /// <summary>Replaces the report; durable on return.</summary>
    public void Save(Disk disk, string path)
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(this, RecoveryJson.Default.QuarantineReport);
        disk.WriteAtomically(path, [.. json, (byte)'\n']);
    }

    /// <summary>Null if it cannot be read as a report.</summary>
    public static QuarantineReport? TryLoad(string path)
    {
        try
        {
            FileFacts.RequireFile(path);
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), RecoveryJson.Default.QuarantineReport);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException or StorageException)
        {
            return null; // a report that cannot be read hides no work to finish: it is replaced atomically
        }
    }
}

[JsonSerializable(typeof(QuarantineReport))]
[JsonSerializable(typeof(Mending))]
[JsonSourceGenerationOptions(WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
internal sealed partial class RecoveryJson : JsonSerializerContext;
