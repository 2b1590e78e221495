using System.Collections.Concurrent;
using System.IO.Hashing;
using System.Text;

namespace Steno.Recorder;

/// <summary>
/// The speakers heard since the recorder started. ZeroMQ does not show who sits behind a broker: an agent is
/// known by its first message. The scribe notes, any thread reads.
/// </summary>
internal sealed class AgentRoster
{
    /// <summary>
    /// Distinct speakers that are kept apart. A sender that makes up a name per message must not fill the
    /// memory.
    /// </summary>
    private const int Capacity = 10_000;

    private readonly ConcurrentDictionary<ulong, Agent> _agents = new();

    /// <summary>Counts a message. True: the first of this speaker.</summary>
    public bool Note(ReadOnlySpan<byte> speaker, DateTimeOffset at)
    {
        // Names are told apart by 64 bits of XxHash3: a collision, by design or by chance, costs a line in a
        // list of names.
        ulong key = XxHash3.HashToUInt64(speaker);
        if (_agents.TryGetValue(key, out Agent? agent))
        {
            agent.Note(at);
            return false;
        }

        return _agents.Count < Capacity && _agents.TryAdd(key, new Agent(Encoding.UTF8.GetString(speaker), at));
    }

    /// <summary>Takes back the count of a message that was not recorded after all.</summary>
    public void Forget(ReadOnlySpan<byte> speaker)
    {
        ulong key = XxHash3.HashToUInt64(speaker);
        if (_agents.TryGetValue(key, out Agent? agent) && agent.Forget() == 0) _agents.TryRemove(key, out _);
    }

    public IReadOnlyList<AgentStatus> Snapshot() =>
        [.. _agents.Values.Select(agent => agent.Snapshot()).OrderByDescending(agent => agent.LastSeen)];

    private sealed class Agent(string name, DateTimeOffset firstSeen)
    {
        private long _messages = 1;
        private long _lastSeenTicks = firstSeen.UtcTicks;

        public void Note(DateTimeOffset at)
        {
            Volatile.Write(ref _messages, _messages + 1);
            Volatile.Write(ref _lastSeenTicks, at.UtcTicks);
        }

        public long Forget()
        {
            Volatile.Write(ref _messages, _messages - 1);
            return _messages;
        }

        public AgentStatus Snapshot() => new()
        {
            Name = name,
            FirstSeen = firstSeen,
            LastSeen = new DateTimeOffset(Volatile.Read(ref _lastSeenTicks), TimeSpan.Zero),
            Messages = Volatile.Read(ref _messages),
        };
    }
}
