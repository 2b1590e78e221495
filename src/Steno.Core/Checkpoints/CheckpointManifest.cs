using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Steno.Core.Files;
using Steno.Core.Journal;

namespace Steno.Core.Checkpoints;

/// <summary>
/// What a checkpoint is: a session from its first line to a sequence, and where its lines are. Immutable. On
/// disk it is one line of JSON that ends in a hash of itself, as <c>session.json</c> does.
/// </summary>
public sealed record CheckpointManifest
{
    private const string Hint =
        "Leave it in its place: what it names may be the only copy of a line, and as long as it is there nothing of that is "
        + "removed. `steno recover` heals lines from its segments, too; other checkpoints do not need it. When `steno verify --all` names "
        + "nothing else, `steno checkpoint delete` moves it to quarantine.";

    /// <summary>The version of this shape.</summary>
    public int Format { get; init; } = 1;

    public required Guid Session { get; init; }

    /// <summary>What the user calls the session; null if nothing.</summary>
    public string? SessionName { get; init; }

    public required DateTimeOffset SessionStarted { get; init; }

    /// <summary>The session that it continues; null for the first.</summary>
    public CheckpointParent? Parent { get; init; }

    /// <summary>Lines of an earlier system at the head of the journal; null if there are none.</summary>
    public CheckpointEarlier? Earlier { get; init; }

    public required DateTimeOffset Created { get; init; }

    /// <summary>One of <see cref="CheckpointReason"/>.</summary>
    public required string Reason { get; init; }

    /// <summary>See <see cref="CheckpointLabel"/>; null: none was given.</summary>
    public string? Label { get; init; }

    public required long FirstSeq { get; init; }

    public required long LastSeq { get; init; }

    /// <summary>Lines of the journal, the recorder's own among them.</summary>
    public required long MessageCount { get; init; }

    /// <summary>Bytes of the journal.</summary>
    public required long SizeBytes { get; init; }

    /// <summary>The hash of the last line, base64.</summary>
    public required string HeadHash { get; init; }

    /// <summary>Who spoke, in the order of their first word; at most <see cref="AgentsSeen.Max"/>.</summary>
    public IReadOnlyList<string> Agents { get; init; } = [];

    /// <summary>Is everything in it that was said? Null: nobody could say.</summary>
    public CheckpointVerdict? Verdict { get; init; }

    /// <summary>What the caller told of its work; null: nothing.</summary>
    public CheckpointTold? Told { get; init; }

    /// <summary>In the order of the journal, without a gap.</summary>
    public required IReadOnlyList<SegmentEntry> Segments { get; init; }

    /// <summary>Its file's name without the ending; null: it has no file yet, or one of a version that did not write it.</summary>
    public string? Id { get; init; }

    /// <summary>Where it ends.</summary>
    [JsonIgnore]
    public JournalPosition End => new(SizeBytes, LastSeq, ChainHash.FromBytes(Convert.FromBase64String(HeadHash)));

    /// <summary>The lines before the first of ours, as a scan wants them.</summary>
    internal EarlierHead EarlierHead => Earlier is { } e
        ? new EarlierHead(e.Lines, e.Bytes, ChainHash.FromBytes(Convert.FromBase64String(e.Sha256)))
        : EarlierHead.None;

    internal LineBuffer ToLine() =>
        SelfHashed.Line(JsonSerializer.SerializeToUtf8Bytes(this, CheckpointJson.Default.CheckpointManifest));

    /// <summary>What somebody has put behind its line does not keep it from being read; a verification names that.</summary>
    /// <exception cref="JournalDamagedException">It is not as it was written, or another's than its name says.</exception>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static CheckpointManifest Load(string path)
    {
        CheckpointManifest manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(SelfHashed.Read(path, Hint), CheckpointJson.Default.CheckpointManifest)!;
        }
        catch (JsonException)
        {
            throw new JournalDamagedException(path, 0, "it is no manifest of a checkpoint", Hint);
        }

        if (manifest.Format != 1)
        {
            throw new StenoException(
                $"{path} has format {manifest.Format}, and this version of Steno knows format 1.",
                "Use the version of Steno that wrote it, or a later one.");
        }

        if (!manifest.IsPlausible) throw new JournalDamagedException(path, 0, "what it says cannot be", Hint);
        string id = Path.GetFileNameWithoutExtension(path);
        if (!manifest.IsNamed(id)) throw new JournalDamagedException(path, 0, $"it is the manifest of another checkpoint, {manifest.Id ?? manifest.IdAt(manifest.Created)}", Hint);
        return manifest with { Id = id };
    }

    /// <summary>Where it does not say itself how it is called, that may be a later time than it was made at, but no other line or label.</summary>
    private bool IsNamed(string id) => Id is not null
        ? Id == id
        : IdAt(Created).Split('_', 2) is [var made, var rest] && id.Split('_', 2) is [var named, var its] && its == rest && string.CompareOrdinal(named, made) >= 0;

    /// <summary>The stretches follow each other, and together they are the checkpoint.</summary>
    private bool IsPlausible
    {
        get
        {
            // A hash proves what was written, not that it was written by us.
            if (Segments is not [_, ..] || Agents is null || HeadHash is null) return false;
            long seq = 0, bytes = 0, lines = 0;
            foreach (SegmentEntry entry in Segments)
            {
                if (entry is not { IsPlausible: true } || entry.FirstSeq != seq + 1) return false;
                seq = entry.LastSeq;
                bytes += entry.RawBytes;
                lines += entry.Lines;
            }

            return FirstSeq == 1 && seq == LastSeq && bytes == SizeBytes && lines == MessageCount
                && Segments[^1].HeadHash == HeadHash
                && ChainHash.TryParse(System.Text.Encoding.ASCII.GetBytes(HeadHash), out _)
                && (Label is null || CheckpointLabel.IsValid(Label)) && CheckpointReason.All.Contains(Reason);
        }
    }

    /// <summary>What its file is called, but for the ending, if it is made at that time.</summary>
    internal string IdAt(DateTimeOffset time) => string.Create(
        CultureInfo.InvariantCulture, $"{time.UtcDateTime.ToString(LogDirectory.TimeForm, CultureInfo.InvariantCulture)}_{LastSeq}_{Label ?? Reason}");
}

/// <param name="Seq">The parent's last sequence.</param>
/// <param name="HeadHash">The parent's last hash, base64.</param>
public sealed record CheckpointParent(Guid Id, long Seq, string HeadHash);

/// <param name="Sha256">Of all these bytes, base64: what our first line is chained to.</param>
public sealed record CheckpointEarlier(long Lines, long Bytes, string Sha256);

/// <param name="Value"><c>complete</c>, <c>incomplete</c> or <c>unknown</c>.</param>
/// <param name="Reason">Why, in plain words.</param>
/// <param name="Seq">The line up to which it was judged.</param>
public sealed record CheckpointVerdict(string Value, string Reason, long Seq, DateTimeOffset At);

/// <summary>What the caller told of its work. Texts of others: escape them before a terminal sees them.</summary>
public sealed record CheckpointTold(string? WorkingDirectory, string? GitBranch, string? GitCommit)
{
    /// <summary>The longest path of Linux; a branch's name is shorter.</summary>
    public const int LengthMax = 4096;

    /// <exception cref="CheckpointRefusedException">Something is too long.</exception>
    public void Require()
    {
        if (new[] { WorkingDirectory, GitBranch, GitCommit }.Any(text => text?.Length > LengthMax))
            throw new CheckpointRefusedException(
                $"What is told of the caller is refused: it is longer than {LengthMax} characters.",
                "Leave it out, or shorten it.");
    }
}

[JsonSerializable(typeof(CheckpointManifest))]
[JsonSerializable(typeof(SegmentList))]
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
internal sealed partial class CheckpointJson : JsonSerializerContext;
