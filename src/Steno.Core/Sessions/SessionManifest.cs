using System.Text.Json;
using System.Text.Json.Serialization;
using Steno.Core.Checkpoints;
using Steno.Core.Files;
using Steno.Core.Journal;
using Steno.Core.Numbering;
using Steno.Core.Recovery;

namespace Steno.Core.Sessions;

/// <summary>
/// What <c>session.json</c> says of a session: who it is, where it comes from, how far its journal was known
/// to be whole. Immutable. On disk it is one line of JSON that ends in a hash of itself, made as in a journal
/// with no predecessor.
/// </summary>
public sealed record SessionManifest
{
    /// <summary>The version of this shape.</summary>
    [JsonPropertyName("format")]
    public int Format { get; init; } = 1;

    [JsonPropertyName("id")]
    public required Guid Id { get; init; }

    /// <summary>What the user calls it; null if nothing.</summary>
    [JsonPropertyName("name")]
    public string? Name { get; init; }

    [JsonPropertyName("started")]
    public required DateTimeOffset Started { get; init; }

    /// <summary>Why it began: one of <see cref="SessionReason"/>.</summary>
    [JsonPropertyName("reason")]
    public required string Reason { get; init; }

    /// <summary>The session that this one continues; null for the first.</summary>
    [JsonPropertyName("parent")]
    public SessionParent? Parent { get; init; }

    /// <summary>The checkpoint whose lines it begins with; null if it begins with none.</summary>
    [JsonPropertyName("loaded")]
    public LoadedLines? Loaded { get; init; }

    /// <summary>Lines of an earlier system at the head of the journal; null if there are none.</summary>
    [JsonPropertyName("earlier")]
    public EarlierLines? Earlier { get; init; }

    /// <summary>
    /// A place in the journal up to which it was durable and its chain held, when this file was written.
    /// </summary>
    [JsonPropertyName("verified")]
    public required VerifiedPoint Verified { get; init; }

    /// <summary>The recorder stopped in good order, and the journal ends at <see cref="Verified"/>.</summary>
    [JsonPropertyName("stopped")]
    public bool Stopped { get; init; }

    /// <summary>
    /// Why it was sealed, which is why its child began (<see cref="SessionReason"/>); null while it goes on.
    /// </summary>
    [JsonPropertyName("sealed")]
    public string? Sealed { get; init; }

    /// <summary>
    /// Where the journal ends for certain: nothing behind that was ever called recorded. Null while it goes on, after an
    /// end without a word, and of a journal that was cut or gone: nobody knows how far it had come.
    /// </summary>
    [JsonIgnore]
    public JournalPosition? CertainEnd => Stopped || SessionReason.IsOrderly(Sealed) || Sealed == SessionReason.DiskFailed ? Verified.Position : null;

    /// <summary>
    /// <see cref="Verdict"/>, as far as it holds: that nothing is missing was true at the line where it was judged, and
    /// of a session that went on since, or whose recorder ended without a word, it is not known. Lines that are known to be
    /// lost, and messages that were never recorded, make it <c>incomplete</c>, whoever judged it before, or nobody.
    /// </summary>
    [JsonIgnore]
    public SessionVerdict? StandingVerdict => Verdict switch
    {
        { Value: "incomplete" } => Verdict,
        _ when $"{LossSentence.Of(KnownDamage)} {LossSentence.OfUnrecorded(Lost)}".Trim() is { Length: > 0 } losses =>
            new SessionVerdict("incomplete", losses, Verified.Seq, KnownDamage.Where(damage => damage.IsLoss).Select(damage => damage.Found).DefaultIfEmpty(Verified.At).Max()),
        { Value: "complete" } when CertainEnd is null => Verdict with
        {
            Value = "unknown",
            Reason = "Nothing was missing then; what came after it was not judged yet. A running recorder does in `steno status`, after one that was killed the next start.",
        },
        _ => Verdict,
    };

    /// <summary>
    /// What its child is called: for a start that has to begin it, where a crash came before. Null while it goes on.
    /// </summary>
    [JsonPropertyName("child_name")]
    public string? ChildName { get; init; }

    /// <summary>
    /// The checkpoint that was made of it when it had been sealed in good order; null: none was yet.
    /// </summary>
    [JsonPropertyName("end_checkpoint")]
    public string? EndCheckpoint { get; init; }

    /// <summary>Damage that no copy could heal; it stays in the journal.</summary>
    [JsonPropertyName("known_damage")]
    public IReadOnlyList<KnownDamage> KnownDamage { get; init; } = [];

    /// <summary>
    /// What was known of publishers' numbers; null: nothing was kept, and the journal says it all.
    /// </summary>
    [JsonPropertyName("numbering")]
    public SavedNumbering? Numbering { get; init; }

    /// <summary>Messages that its recorders had received and could not record, in all.</summary>
    [JsonPropertyName("lost")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Lost { get; init; }

    /// <summary>Why its last recorder had stopped recording before it ended, in sentences; null: it had not.</summary>
    [JsonPropertyName("failure")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Failure { get; init; }

    /// <summary>Since when nobody has listened, or not to all, if no recorder has ended that time; null: one has, or stopped in good order.</summary>
    [JsonPropertyName("unheard")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public UnheardTime? Unheard { get; init; }

    /// <summary>
    /// What could be said when it was judged last; null after anything that may have changed it.
    /// </summary>
    [JsonPropertyName("verdict")]
    public SessionVerdict? Verdict { get; init; }

    /// <summary>The lines before the first of ours, as a scan wants them.</summary>
    internal EarlierHead EarlierHead => Earlier?.Head ?? EarlierHead.None;

    /// <summary>
    /// The last line that may stand in another session's journal as well: from the next one on, lines are this
    /// session's alone. 0: all are.
    /// </summary>
    internal long LastForeignSeq => Math.Max(Earlier?.Lines ?? 0, Loaded?.Seq ?? 0);

    /// <summary>The same where that is certain; null: it was made again of a journal in which nothing said whether it was loaded.</summary>
    internal long? SharedSeq => Loaded is null && Reason == SessionReason.Adopted ? null : LastForeignSeq;

    /// <summary>Where these lines end, in bytes.</summary>
    internal long ForeignBytes => Math.Max(Earlier?.Bytes ?? 0, Loaded?.Bytes ?? 0);

    /// <summary>
    /// The same where its newest checkpoint knows more, because the recorder was killed, or somebody put an older file in its place: what that has was
    /// durable. It is no torn tail, and its numbers are not given twice; how the recorder ended is not known.
    /// </summary>
    /// <param name="newest">Null: it has none.</param>
    internal SessionManifest VouchedBy(CheckpointManifest? newest) => newest?.LastSeq > Verified.Seq
        ? this with { Verified = VerifiedPoint.From(newest.End, Verified.At), Stopped = false, Verdict = null }
        : this;

    /// <summary>Lines are known to be missing up to <see cref="Verified"/>. False: what is lost stands before others that are there.</summary>
    internal bool LacksEnd => KnownDamage.Any(damage => damage is { Session: null, Kind: "missing" } && damage.LastSeq >= Verified.Seq);

    /// <summary>With what <paramref name="later"/>, of the same session, says of how recording ended, if it failed.</summary>
    internal SessionManifest WithEndOf(SessionManifest later) => later.Failure is null
        ? this
        : this with { Failure = later.Failure, Lost = later.Lost, Verdict = later.Verdict };

    /// <summary>Replaces <paramref name="path"/>; the new content is durable on return.</summary>
    /// <exception cref="StorageException">The disk refuses; the old content stands.</exception>
    public void Save(Disk disk, string path) => disk.WriteAtomically(path, ToBytes());

    /// <summary>
    /// The same where no file can get a name: it is written over. A crash on the way leaves a file that is known not to be
    /// as it was written, and the next start goes by the journal alone.
    /// </summary>
    /// <exception cref="StorageException">It is missing, or the disk refuses.</exception>
    public void SaveOver(Disk disk, string path) => disk.WriteOver(path, ToBytes());

    /// <summary>Reads a manifest; what somebody has put behind its line does not keep it from being read. Null when there is no such file.</summary>
    /// <exception cref="JournalDamagedException">It is not as it was written, or it is of another session than its name says.</exception>
    /// <exception cref="StorageException">It cannot be read.</exception>
    public static SessionManifest? Load(string path)
    {
        FileFacts.RequireFile(path);
        if (!File.Exists(path)) return null;
        SessionManifest? manifest;
        try
        {
            manifest = JsonSerializer.Deserialize(SelfHashed.Read(path), SessionJson.Default.SessionManifest);
            if (manifest?.Loaded is { Checkpoint: null } or { Seq: < 1 } or { Bytes: < 1 }) throw new JsonException("what was loaded cannot be");
            if (manifest?.Verified is null || manifest.KnownDamage is null || manifest.Unheard is { Sources: null }) throw new JsonException("a key is missing");
            _ = manifest.Verified.Position; // its hash can be read
        }
        catch (Exception e) when (e is JsonException or FormatException or ArgumentException or NotSupportedException)
        {
            throw new JournalDamagedException(path, 0, "it is no session file of ours");
        }

        if (IdNamedBy(path) is { } named && named != manifest.Id)
            throw new JournalDamagedException(path, 0, $"it is that of another session, {manifest.Id}");
        return manifest.Format == 1
            ? manifest
            : throw new StenoException(
                $"{path} has format {manifest.Format}, and this version of Steno knows format 1.",
                "Use the version of Steno that wrote it, or a later one.");
    }

    /// <summary>The archive names its files after their sessions; null for the file of the current one.</summary>
    private static Guid? IdNamedBy(string path) =>
        Path.GetFileName(path) is var name && name.EndsWith(".session.json", StringComparison.Ordinal)
        && Guid.TryParse(name[..^".session.json".Length].Split('_')[^1], out Guid id)
            ? id
            : null;

    private ReadOnlySpan<byte> ToBytes() =>
        SelfHashed.Line(JsonSerializer.SerializeToUtf8Bytes(this, SessionJson.Default.SessionManifest)).Written;
}

/// <summary>Lines that a session begins with, and that were recorded in another one.</summary>
/// <param name="Checkpoint">The checkpoint's id, or the name of a file of the earlier system.</param>
/// <param name="Session">Whose checkpoint it is; null: of the earlier system.</param>
/// <param name="Seq">The last of these lines. The next tells of the load.</param>
/// <param name="Bytes">Their length with newlines.</param>
public sealed record LoadedLines(
    [property: JsonPropertyName("checkpoint")] string Checkpoint,
    [property: JsonPropertyName("session")] Guid? Session,
    [property: JsonPropertyName("seq")] long Seq,
    [property: JsonPropertyName("bytes")] long Bytes)
{
    /// <summary>It is that checkpoint, and no other that somebody has given its name.</summary>
    internal bool IsOf(CheckpointManifest checkpoint) => checkpoint.Id == Checkpoint && checkpoint.Session == Session && checkpoint.LastSeq == Seq;
}

/// <param name="Seq">The parent's last sequence.</param>
/// <param name="HeadHash">The parent's last hash, base64.</param>
public sealed record SessionParent(
    [property: JsonPropertyName("id")] Guid Id,
    [property: JsonPropertyName("seq")] long Seq,
    [property: JsonPropertyName("head_hash")] string HeadHash);

/// <param name="Sha256">Of all these bytes, base64: what our first line is chained to.</param>
public sealed record EarlierLines(
    [property: JsonPropertyName("lines")] long Lines,
    [property: JsonPropertyName("bytes")] long Bytes,
    [property: JsonPropertyName("sha256")] string Sha256)
{
    /// <summary>The same as the journal's own type.</summary>
    [JsonIgnore]
    public EarlierHead Head => new(Lines, Bytes, ChainHash.FromBytes(Convert.FromBase64String(Sha256)));
}

/// <param name="Offset">Bytes of the journal before it.</param>
/// <param name="Seq">The last sequence before it.</param>
/// <param name="HeadHash">The hash of that line, base64.</param>
public sealed record VerifiedPoint(
    [property: JsonPropertyName("offset")] long Offset,
    [property: JsonPropertyName("seq")] long Seq,
    [property: JsonPropertyName("head_hash")] string HeadHash,
    [property: JsonPropertyName("at")] DateTimeOffset At)
{
    public static VerifiedPoint From(in JournalPosition position, DateTimeOffset at) =>
        new(position.Offset, position.Seq, position.Hash.ToString(), at);

    /// <summary>The same as a place in the journal.</summary>
    [JsonIgnore]
    public JournalPosition Position => new(Offset, Seq, ChainHash.FromBytes(Convert.FromBase64String(HeadHash)));
}

[JsonSerializable(typeof(SessionManifest))]
internal sealed partial class SessionJson : JsonSerializerContext;
