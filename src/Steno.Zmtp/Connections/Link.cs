namespace Steno.Zmtp.Connections;

/// <summary>One line of a socket's <see cref="ZmtpSocket.Connections"/>: a dialled endpoint through all its
/// reconnects, or an accepted peer. Counters are written by the connection's own tasks and read by
/// anyone.</summary>
internal sealed class Link(
    long id,
    ZmtpSocketType socketType,
    ZmtpEndpoint endpoint,
    ConnectionDirection direction,
    TimeProvider time)
{
    private readonly Lock _gate = new();
    private ConnectionState _state = ConnectionState.Connecting;
    private DateTimeOffset _since = time.GetUtcNow();
    private DateTimeOffset? _subscribedAt;
    private ZmtpFault? _fault;
    private ZmtpSocketType _peerType;
    private Version? _peerVersion;
    private string _remoteAddress = "";
    private int _timesReady;
    private bool _endedWithinMessage;
    private long _lastHeardTicks;
    private long _lastMessageTicks;
    private long _messages;
    private long _bytes;
    private DateTimeOffset? _unfinishedSince;
    private long _unfinishedFrom;
    private long _unfinishedAfter;
    private long _messagesSent;
    private long _messagesDropped;
    private ZmtpConnection? _connection;

    public long Id => id;

    public ZmtpEndpoint Endpoint => endpoint;

    public ConnectionDirection Direction => direction;

    public string RemoteAddress
    {
        get { lock (_gate) return _remoteAddress; }
    }

    public ConnectionState State
    {
        get { lock (_gate) return _state; }
    }

    public void Heard(DateTimeOffset at, int bytes)
    {
        Volatile.Write(ref _lastHeardTicks, at.UtcTicks);
        Volatile.Write(ref _bytes, _bytes + bytes);
    }

    public void Took(DateTimeOffset at, int messages)
    {
        Volatile.Write(ref _lastMessageTicks, at.UtcTicks);
        Volatile.Write(ref _messages, _messages + messages);
    }

    /// <summary>What has been read is understood, up to an unfinished message if there is one.</summary>
    public void Left(bool isWithinMessage, DateTimeOffset at)
    {
        bool isSlow = _unfinishedSince is not null && _unfinishedAfter == _messages && _bytes - _unfinishedFrom < ConnectionStatus.ProgressBytes;
        if (isWithinMessage && isSlow) return;
        lock (_gate)
        {
            _unfinishedSince = isWithinMessage ? at : null;
            (_unfinishedFrom, _unfinishedAfter) = (_bytes, _messages);
        }
    }

    /// <summary>Nothing more is read from the connection; it has still to leave its state.</summary>
    public void EndReading(bool isWithinMessage)
    {
        lock (_gate) _endedWithinMessage = isWithinMessage;
    }

    public void CountSent(int messages) => Interlocked.Add(ref _messagesSent, messages);

    /// <returns>All that were dropped so far.</returns>
    public long CountDropped(int messages) => Interlocked.Add(ref _messagesDropped, messages);

    public void Enter(ConnectionState state, ZmtpFault? fault = null)
    {
        lock (_gate)
        {
            _state = state;
            _since = time.GetUtcNow();
            if (fault is not null) _fault = fault;
            if (state is ConnectionState.Connecting) _remoteAddress = "";
            if (state is not ConnectionState.Ready)
            {
                _connection = null;
                _subscribedAt = null;
                _unfinishedSince = null;
            }
        }
    }

    public void EnterHandshake(string remoteAddress)
    {
        lock (_gate) _remoteAddress = remoteAddress;
        Enter(ConnectionState.Handshaking);
    }

    public void Learn(Version version, ZmtpSocketType type)
    {
        lock (_gate)
        {
            _peerVersion = version;
            _peerType = type;
        }
    }

    public void EnterReady(ZmtpConnection connection, bool isSubscribed)
    {
        lock (_gate)
        {
            Enter(ConnectionState.Ready);
            _connection = connection;
            _fault = null;
            _endedWithinMessage = false;
            _timesReady++;
            if (isSubscribed) _subscribedAt = _since;
        }
    }

    public ConnectionStatus Snapshot()
    {
        lock (_gate)
        {
            return new ConnectionStatus
            {
                Id = id,
                SocketType = socketType,
                Endpoint = endpoint,
                Direction = direction,
                RemoteAddress = _remoteAddress,
                State = _state,
                HasBeenReady = _timesReady > 0,
                EndedWithinMessage = _endedWithinMessage,
                PeerSocketType = _peerType,
                PeerVersion = _peerVersion,
                Since = _since,
                SubscribedAt = _subscribedAt,
                LastHeard = ToTime(Volatile.Read(ref _lastHeardTicks)),
                LastMessage = ToTime(Volatile.Read(ref _lastMessageTicks)),
                UnfinishedSince = _unfinishedAfter == Volatile.Read(ref _messages) ? _unfinishedSince : null,
                Messages = Volatile.Read(ref _messages),
                Bytes = Volatile.Read(ref _bytes),
                MessagesSent = Volatile.Read(ref _messagesSent),
                MessagesDropped = Volatile.Read(ref _messagesDropped),
                QueuedBytes = _connection?.Outgoing.HeldBytes ?? 0,
                Reconnects = Math.Max(0, _timesReady - 1),
                Fault = _fault,
            };
        }
    }

    private static DateTimeOffset? ToTime(long ticks) =>
        ticks == 0 ? null : new DateTimeOffset(ticks, TimeSpan.Zero);
}
