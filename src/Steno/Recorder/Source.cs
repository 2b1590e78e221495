using Microsoft.Extensions.Logging;
using Steno.Processes;
using Steno.Zmtp;

namespace Steno.Recorder;

/// <summary>
/// One socket that the recorder hears through, and the record of when it could hear: every time listening
/// begins or ends, a coverage event goes to the inbox. Any thread.
/// </summary>
internal sealed class Source : IAsyncDisposable
{
    private readonly Lock _gate = new();
    private readonly ReceivingSocket _socket;
    private readonly SourceWarnings _warnings;
    private readonly CoverageLog _coverage;
    private readonly TimeProvider _time;
    private readonly bool _dials;
    private string _endpoint;
    private DoorFile? _file;
    private CoveragePeriod? _open;
    private string? _abandonedBecause;
    private long _leftMessages;
    private long _leftBytes;
    private DateTimeOffset? _leftLastHeard;
    private DateTimeOffset? _leftLastMessage;

    private Source(
        ReceivingSocket socket, ZmtpEndpoint endpoint, bool dials, CoverageLog coverage, TimeProvider time)
    {
        _socket = socket;
        _endpoint = endpoint.ToString();
        _dials = dials;
        _coverage = coverage;
        _warnings = new SourceWarnings(time);
        _time = time;
        socket.ConnectionChanged += OnConnectionChanged;
    }

    /// <summary>Where it hears, as status names it.</summary>
    public string Endpoint => _endpoint;

    /// <summary>Whether who speaks now is heard, also one who has still to connect.</summary>
    public bool IsListening
    {
        get
        {
            lock (_gate)
                if (_open is null) return false;
            return DoorProblem() is null;
        }
    }

    /// <summary>
    /// Subscribes to everything on a broker. Returns at once; the connection is made, and made again, behind.
    /// </summary>
    public static Source Subscribe(
        ZmtpEndpoint broker, ZmtpOptions options, ReceiveQueue queue, CoverageLog coverage, TimeProvider time, ILogger logger)
    {
        SubSocket socket = new(options, queue, time, logger);
        Source source = new(socket, broker, dials: true, coverage, time);
        socket.Subscribe([]);
        coverage.Expect(source._endpoint);
        socket.Connect(broker);
        return source;
    }

    /// <summary>Opens a door for PUSH sockets.</summary>
    /// <exception cref="ZmtpException">The address is taken, or not of this machine.</exception>
    public static Source Listen(
        ZmtpEndpoint door, ZmtpOptions options, ReceiveQueue queue, CoverageLog coverage, TimeProvider time, ILogger logger)
    {
        PullSocket socket = new(options, queue, time, logger);
        Source source = new(socket, door, dials: false, coverage, time);
        source._endpoint = socket.Bind(door).ToString();
        source._file = DoorFile.Of(door);
        source.Begin("PULL, listening");
        return source;
    }

    /// <summary>
    /// Asks a broker now whether it is there. Nobody is asked at a door of our own: who speaks there is no broker, and keeps
    /// what it cannot deliver.
    /// </summary>
    public Task<PeerAnswer> AskAsync(TimeSpan patience) =>
        _dials ? _socket.AskAsync(patience) : Task.FromResult(PeerAnswer.Answered);

    /// <summary>Why a broker that is listened to may not be there any more; null: it gave a sign of life a moment ago.</summary>
    public string? Lateness() =>
        _dials && _socket.Connections is [var dialled, ..] ? BrokerProblem.OfLateness(dialled, _time.GetUtcNow()) : null;

    /// <summary>
    /// Stops reading. On return everything that was read is in the queue, and the coverage has ended.
    /// </summary>
    public async Task StopAsync(string reason)
    {
        // A broker is heard until its last byte; a door of our own is open until it is shut.
        DateTimeOffset? lastHeard = _dials ? LastHeard(_socket.Connections) : null;
        await _socket.StopReceivingAsync().ConfigureAwait(false);
        End(lastHeard ?? _time.GetUtcNow(), reason);
    }

    /// <summary>
    /// Shuts at once, and waits for no room in the queue: what is read from now on would be lost, and a PUSH
    /// socket keeps what it cannot deliver.
    /// </summary>
    /// <param name="problem">Why, for status.</param>
    public async Task AbandonAsync(string problem)
    {
        lock (_gate) _abandonedBecause = problem;
        End(_time.GetUtcNow(), problem);
        await _socket.DisposeAsync().ConfigureAwait(false);
    }

    public ValueTask DisposeAsync() => _socket.DisposeAsync();

    public SourceStatus Snapshot()
    {
        IReadOnlyList<ConnectionStatus> connections = _socket.Connections;
        ConnectionStatus? dialled = _dials && connections.Count > 0 ? connections[0] : null;
        CoveragePeriod? open;
        string? abandoned;
        long messages, bytes;
        DateTimeOffset? lastHeard, lastMessage;
        lock (_gate)
        {
            (open, abandoned) = (_open, _abandonedBecause);
            (messages, bytes, lastHeard, lastMessage) = (_leftMessages, _leftBytes, _leftLastHeard, _leftLastMessage);
        }

        string? problem = open is null ? abandoned ?? BrokerProblem.OfSilence(dialled, _time.GetUtcNow())
            : DoorProblem() ?? Slowness(dialled);
        return new SourceStatus
        {
            Kind = _dials ? "broker" : "direct",
            Endpoint = _endpoint,
            Listening = problem is null,
            Problem = problem,
            Warnings = _warnings.Snapshot(),
            PeerSocketType = dialled is { PeerSocketType: not ZmtpSocketType.Unknown } d
                ? d.PeerSocketType.ToString().ToUpperInvariant()
                : null,
            Peers = connections.Count(c => c.State == ConnectionState.Ready),
            ConnectedSince = open?.From,
            LastHeard = Latest([lastHeard, LastHeard(connections)]),
            LastMessage = Latest([lastMessage, .. connections.Select(c => c.LastMessage)]),
            Messages = messages + connections.Sum(c => c.Messages),
            Bytes = bytes + connections.Sum(c => c.Bytes),
            Reconnects = dialled?.Reconnects ?? 0,
        };
    }

    /// <summary>To be called every few seconds: what nobody has asked for is known as well when the session is judged.</summary>
    public void Look()
    {
        if (!IsListening || !_dials) return; // the first has looked at a door's file
        if (_socket.Connections is [var dialled, ..]) _ = Slowness(dialled);
    }

    /// <summary>Why nobody new can reach an open door. Coverage goes on, for who is connected is heard.</summary>
    private string? DoorProblem()
    {
        string? problem = _file?.Problem();
        if (problem is null || _coverage.IsStopping) return null; // where it stops the door takes its file away itself
        _coverage.Interrupt($"The socket file of {_endpoint} was gone or another's for a while: who came meanwhile is not heard.");
        return problem;
    }

    private string? Slowness(ConnectionStatus? dialled)
    {
        string? problem = BrokerProblem.OfSlowness(dialled, _time.GetUtcNow());
        if (problem is not null) _coverage.Interrupt($"A message from {_endpoint} hardly came on for a while: what the broker could not keep behind it is lost.");
        return problem;
    }

    private static DateTimeOffset? LastHeard(IReadOnlyList<ConnectionStatus> connections) =>
        Latest(connections.Select(c => c.LastHeard));

    private static DateTimeOffset? Latest(IEnumerable<DateTimeOffset?> times) => times.Max();

    private void OnConnectionChanged(ConnectionStatus status)
    {
        if (!_dials)
        {
            // A door listens whether or not somebody is at it; what peers said before they left still counts.
            if (status.State == ConnectionState.Closed) Remember(status);
            return;
        }

        if (status.State == ConnectionState.Ready)
        {
            Begin(status.PeerSocketType.ToString().ToUpperInvariant());
            return;
        }

        if (status.Fault is { } fault) End(status.LastHeard ?? status.Since, fault.ToString());
    }

    private void Remember(ConnectionStatus left)
    {
        lock (_gate)
        {
            _leftMessages += left.Messages;
            _leftBytes += left.Bytes;
            _leftLastHeard = Latest([_leftLastHeard, left.LastHeard]);
            _leftLastMessage = Latest([_leftLastMessage, left.LastMessage]);
        }

        if (left.Fault is not { } fault) return;
        if (fault.IsParting)
        {
            // Parting is no fault, but what was cut off by it is missing; also where this side parts.
            if (left.EndedWithinMessage) _coverage.Gap(_endpoint, left.RemoteAddress, fault.ToString(), "ended within a message, and what it was sending is cut off");
            return;
        }

        _warnings.Note(fault, left.PeerSocketType);
        if (left.HasBeenReady) _coverage.Gap(_endpoint, left.RemoteAddress, fault.ToString());
        else if (Speaks(left.PeerSocketType)) _coverage.Interrupt($"A {left.PeerSocketType.ToString().ToUpperInvariant()} was turned away at {_endpoint}, and what it says is not heard.");
        else if (left.PeerSocketType == ZmtpSocketType.Unknown && IsOfAPeer(fault.Code))
            _coverage.Interrupt($"A peer was turned away at {_endpoint}, and what it says is not heard: {fault.Message}");
    }

    private static bool Speaks(ZmtpSocketType type) =>
        type is not (ZmtpSocketType.Unknown or ZmtpSocketType.Sub or ZmtpSocketType.XSub or ZmtpSocketType.Pull);

    /// <summary>
    /// Whether the other side speaks ZeroMQ for certain, or was not asked: a web browser or a port scan had nothing to say to us.
    /// </summary>
    private static bool IsOfAPeer(ZmtpFaultCode code) => code is ZmtpFaultCode.UnsupportedVersion
        or ZmtpFaultCode.MechanismMismatch or ZmtpFaultCode.WrongDoor or ZmtpFaultCode.DoorFull;

    private void Begin(string peer)
    {
        lock (_gate)
        {
            if (_open is not null || _abandonedBecause is not null) return;
            _open = new CoveragePeriod(_endpoint, _time.GetUtcNow());
            _coverage.Begin(_open, peer);
        }
    }

    private void End(DateTimeOffset lastHeard, string reason)
    {
        lock (_gate)
        {
            if (_open is not { } open) return;
            _open = null;
            // The byte that was heard last may be of the connection before.
            _coverage.End(open, lastHeard < open.From ? open.From : lastHeard, reason);
        }
    }
}
