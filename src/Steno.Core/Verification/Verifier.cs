using Steno.Core.Files;
using Steno.Core.Sessions;

namespace Steno.Core.Verification;

/// <summary>
/// Reads all that a log directory holds and says whether it is as it was written. It opens files for reading only, takes
/// no lock, and a recorder may run meanwhile. Use an instance once.
/// </summary>
public sealed class Verifier(LogDirectory directory)
{
    /// <summary>While a recorder runs, a session may be sealed under the eyes of who reads it: then once more.</summary>
    private const int TriesMax = 3;

    private long _total;
    private long _before;

    /// <summary>The sealed sessions too.</summary>
    public bool IncludesArchive { get; init; }

    /// <summary>
    /// The last line that is durable, asked when the journal is about to be read; null: no recorder runs. 0: it does
    /// not say, and the last whole line counts.
    /// </summary>
    public Func<long?> DurableSeq { get; init; } = static () => null;

    /// <summary>Told of the bytes read, and of those that there are to read, about.</summary>
    public Action<long, long> Progress { get; init; } = static (_, _) => { };

    public CancellationToken Cancellation { get; init; }

    /// <exception cref="StorageException">A directory cannot be read, or something has a file's place that is none.</exception>
    /// <exception cref="OperationCanceledException">See <see cref="Cancellation"/>.</exception>
    public VerificationReport Run()
    {
        using BadSectors refused = BadSectors.ReadAsZeros();
        foreach (string path in directory.Files) FileFacts.RequireFile(path); // opening a pipe would wait for ever
        foreach (string path in directory.Directories)
        {
            FileFacts.RequireDirectory(path);
            if (path != directory.Quarantine) FileFacts.RequireReadable(path);
        }

        for (int tries = 1; ; tries++)
        {
            VerificationReport report = RunOnce(out bool isLive);
            if (report.IsIntact || !isLive || tries == TriesMax) return report;
        }
    }

    private VerificationReport RunOnce(out bool isLive)
    {
        _before = 0;
        List<FoundDamage> damage = [];
        CheckpointFiles checkpoints = new(directory);
        SessionCatalogue catalogue = new(directory);
        checkpoints.ReadManifests();
        IReadOnlyList<SessionFiles> sessions = catalogue.Read(checkpoints.Manifests, damage);
        long? durable = DurableSeq();
        isLive = durable is not null;
        _total = sessions.Sum(session => session.IsLatest || IncludesArchive ? FileFacts.LengthOf(session.Journal) : 0)
            + FileFacts.LengthOf(directory.RecoveryFile) + BytesOf(directory.Segments);
        checkpoints.ReadStored(Tell, Cancellation);
        _before = checkpoints.Bytes;

        List<CheckedSession> read = [];
        HashSet<FoundDamage> placed = [];
        List<NotedFile> noted = [.. catalogue.Noted];
        foreach (SessionFiles session in sessions)
        {
            IEnumerable<FoundDamage> its = checkpoints.Damage.Where(d => d.FirstSeq > 0 && d.Session == session.Id);
            if (session is { IsLatest: false, IsAbsent: false } && !IncludesArchive && !its.Any()) continue;
            SessionVerification verification = new(directory, session, checkpoints)
            {
                LiveEnd = session.IsCurrent && durable is { } seq ? path => DurableEnd.Find(path, seq) : null,
                Pace = Tell,
                Cancellation = Cancellation,
            };
            if (verification.Run() is { } one) read.Add(one);
            damage.AddRange(verification.Damage);
            noted.AddRange(verification.Noted);
            placed.UnionWith(its);
            _before += verification.Bytes;
        }

        damage.AddRange(checkpoints.Damage.Where(d => !placed.Contains(d)));
        MissingSessions missing = new(directory, sessions);
        if (missing.FindCurrent() is { } lost) damage.Add(lost);
        damage.AddRange(missing.FindKnown());
        IReadOnlyList<NotedFile> absent = missing.FindSealed(checkpoints.Manifests);
        UnhealedDamage examined = UnhealedDamage.Load(directory);
        return new VerificationReport
        {
            Sessions = read,
            SessionsInAll = sessions.Count(session => session.Manifest is not null || File.Exists(session.Journal)),
            SessionsAbsent = absent.Count,
            Checkpoints = checkpoints.Manifests.Count,
            Bytes = _before,
            Damage = [.. damage.Select(one => examined.Mark(one, directory))],
            Noted =
            [
                .. noted,
                .. absent,
                .. new MissingCheckpoints(directory).Find(sessions.Select(session => session.Manifest).OfType<SessionManifest>()),
                .. new StrangeFiles(directory, checkpoints).Find(isLive, catalogue.ArchivedFiles),
            ],
        };
    }

    private void Tell(long done) => Progress(Math.Min(_before + done, _total), _total);

    private static long BytesOf(string folder) =>
        Directory.Exists(folder) ? new DirectoryInfo(folder).EnumerateFiles().Sum(file => FileFacts.LengthOf(file.FullName)) : 0;
}
