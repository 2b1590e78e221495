using Steno.Core.Journal;

namespace Steno.Recorder;

/// <summary>What was seen that proves recording: the committer notes, any thread asks.</summary>
internal sealed class ProofLog(TimeProvider time)
{
    private long _lastSyncTicks;
    private long _lastTrafficTicks;
    private long _lastSync;

    /// <summary>How long ago the disk confirmed something; null before the first time.</summary>
    public TimeSpan? SinceSync => Volatile.Read(ref _lastSync) is not 0 and var last ? time.GetElapsedTime(last) : null;

    /// <summary>A batch is durable.</summary>
    public void Note(JournalBatch batch)
    {
        long now = time.GetUtcNow().UtcTicks;
        Volatile.Write(ref _lastSyncTicks, now);
        Volatile.Write(ref _lastSync, time.GetTimestamp());
        if (batch.Messages > 0) Volatile.Write(ref _lastTrafficTicks, now);
    }

    /// <summary>
    /// The strongest proof there is, and its age; null before the first sync with every source listening.
    /// </summary>
    public (string? Proof, TimeSpan? Age) Strongest(IReadOnlyList<SourceStatus> sources, DateTimeOffset now)
    {
        long sync = Volatile.Read(ref _lastSyncTicks);
        if (sync == 0) return (null, null);

        // Traffic from before a source came back proves nothing about that source.
        DateTimeOffset since = sources.Max(source => source.ConnectedSince) ?? now;
        if (sync < since.UtcTicks) return (null, null);
        DateTimeOffset traffic = new(Volatile.Read(ref _lastTrafficTicks), TimeSpan.Zero);
        if (traffic >= since) return (RecordingProof.Traffic, Age(traffic, now));
        DateTimeOffset heard = sources.Max(source => source.LastHeard) ?? new DateTimeOffset(sync, TimeSpan.Zero);
        return (RecordingProof.Handshake, Age(heard, now));
    }

    private static TimeSpan Age(DateTimeOffset at, DateTimeOffset now) => now > at ? now - at : TimeSpan.Zero;
}
