using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.Extensions.Logging;
using Steno.Zmtp.Connections;
using Steno.Zmtp.Handshakes;
using Steno.Zmtp.Wire;

namespace Steno.Zmtp;

/// <summary>
/// What all sockets share: endpoints dialled and doors opened, connections and their status, heartbeats,
/// disposal. All members are thread-safe. Nothing a peer does makes a member throw; it shows in
/// <see cref="Connections"/> and in the log.
/// </summary>
public abstract partial class ZmtpSocket : IAsyncDisposable
{
    /// <summary>Kinds of log entries beside the fault codes.</summary>
    private const int DoorFullKind = -1;
    private const int AcceptFailedKind = -2;
    private const int DroppedKind = -3;

    private static long _lastId;

    private readonly Lock _gate = new();
    private readonly ConcurrentDictionary<long, Link> _links = new();
    private readonly Newcomers _newcomers = new();
    private readonly ConcurrentDictionary<long, ZmtpConnection> _connections = new();
    private readonly List<Listener> _listeners = [];
    private readonly ConcurrentDictionary<long, Task> _tasks = new();
    private readonly CancellationTokenSource _stopping = new();
    private readonly ITimer _heartbeats;
    private readonly string _name;
    private readonly LogLimit _dropLog;
    private readonly Mechanism _mechanism = new NullMechanism();
    private long _messagesDropped;
    private int _accepted;
    private bool _stopped;
    private int _disposed;
    private int _watching;

    private protected ZmtpSocket(ZmtpSocketType type, ZmtpOptions options, TimeProvider time, ILogger logger)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(time);
        ArgumentNullException.ThrowIfNull(logger);
        options.Validate();
        Type = type;
        Options = options;
        Time = time;
        Logger = logger;
        _name = type.ToName();
        _dropLog = new LogLimit(time);
        Unfinished = new UnfinishedBudget(options.MaxUnfinishedBytes);
        // Set when there is a heart to watch: every tick wakes two threads.
        _heartbeats = time.CreateTimer(
            static socket => ((ZmtpSocket)socket!).CheckHearts(),
            this,
            Timeout.InfiniteTimeSpan,
            Timeout.InfiniteTimeSpan);
    }

    /// <summary>Raised when a connection enters another state, on the thread that noticed. Must return
    /// quickly; what it throws is logged.</summary>
    public event Action<ConnectionStatus>? ConnectionChanged;

    public ZmtpSocketType Type { get; }

    /// <summary>Every dialled endpoint and every accepted peer, as they are now. An accepted peer that has
    /// left is gone; its last status went to <see cref="ConnectionChanged"/>.</summary>
    public IReadOnlyList<ConnectionStatus> Connections =>
        [.. _links.Values.OrderBy(link => link.Id).Select(link => link.Snapshot())];

    /// <summary>The doors, with their real ports.</summary>
    public IReadOnlyList<ZmtpEndpoint> Doors
    {
        get { lock (_gate) return [.. _listeners.Select(listener => listener.Endpoint)]; }
    }

    /// <summary>Messages that slow peers lost, those that have left included.</summary>
    public long MessagesDropped => Interlocked.Read(ref _messagesDropped);

    internal ZmtpOptions Options { get; }

    internal TimeProvider Time { get; }

    internal UnfinishedBudget Unfinished { get; }

    /// <summary>True if messages over a limit are drained and delivered truncated; false if they end their
    /// connection.</summary>
    internal virtual bool DrainsOversized => false;

    /// <summary>The limits for what peers send to this kind of socket.</summary>
    internal virtual ZmtpOptions TrafficLimits => Options;

    private protected ILogger Logger { get; }

    private protected string Name => _name;

    private protected CancellationToken Stopping => _stopping.Token;

    /// <summary>Begins to dial the endpoint and keeps it connected until disposal. Returns at once.</summary>
    public void Connect(ZmtpEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        if (!endpoint.IsIpc && (endpoint.Host == "*" || endpoint.Port == 0))
            throw new ArgumentException($"{endpoint} can be listened on, but not dialled.", nameof(endpoint));
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            Link link = AddLink(endpoint, ConnectionDirection.Dialled);
            Dialler dialler = new(this, link);
            Track(link.Id, Task.Run(() => dialler.RunAsync(_stopping.Token)));
        }
    }

    /// <summary>Opens a door. Peers are accepted from now on.</summary>
    /// <returns>The endpoint as it really is: with the port that the system chose, if it was 0.</returns>
    /// <exception cref="ZmtpException">The address is taken, or not of this machine.</exception>
    public ZmtpEndpoint Bind(ZmtpEndpoint endpoint)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_stopped, this);
            Listener listener = new(this, endpoint);
            _listeners.Add(listener);
            Logger.Listening(_name, listener.Endpoint);
            Track(NextId(), Task.Run(() => listener.RunAsync(_stopping.Token)));
            return listener.Endpoint;
        }
    }

    /// <summary>Asks every peer that is connected now whether it is there: the question is queued on return.</summary>
    /// <param name="patience">For an answer.</param>
    /// <returns>The worst of the answers; <see cref="PeerAnswer.Gone"/> if nobody is connected.</returns>
    public async Task<PeerAnswer> AskAsync(TimeSpan patience)
    {
        PeerAnswer[] answers = await Task.WhenAll(
            _connections.Values.Select(connection => connection.AskAsync(patience, Time))).ConfigureAwait(false);
        return answers.Length == 0 ? PeerAnswer.Gone : answers.Max();
    }

    /// <summary>Closes every door and connection. Sockets that send first give what is queued
    /// <see cref="ZmtpOptions.Linger"/> to leave. Repeating it does nothing.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 1) return;
        await LingerAsync().ConfigureAwait(false);
        await StopAsync().ConfigureAwait(false);
        await OnStoppedAsync().ConfigureAwait(false);
        GC.SuppressFinalize(this);
    }

    /// <summary>Gives the batch to whom it is for. Completes when the connection may read on.</summary>
    internal abstract ValueTask DeliverAsync(ZmtpConnection connection, ReceivedBatch batch);

    /// <summary>A peer subscribes or cancels. Only sockets that publish take that.</summary>
    internal virtual void TakeSubscription(
        ZmtpConnection connection, ReadOnlySpan<byte> prefix, bool isSubscribe) =>
        throw Faults.Violation($"a subscription to {Type.WithArticle()}");

    /// <summary>The handshake is done. Returns what must be written first.</summary>
    private protected virtual byte[] OnJoining(ZmtpConnection connection) => [];

    private protected virtual void OnLeft(ZmtpConnection connection)
    {
    }

    private protected virtual ValueTask LingerAsync() => ValueTask.CompletedTask;

    private protected virtual ValueTask OnStoppedAsync() => ValueTask.CompletedTask;

    private protected ICollection<ZmtpConnection> Ready => _connections.Values;

    /// <summary>Takes a peer that has come through a door. Who gives way to it has gone before: there are
    /// never more than <see cref="ZmtpOptions.MaxConnections"/>, and the one at the door.</summary>
    internal async Task WelcomeAsync(Socket transport, ZmtpEndpoint endpoint)
    {
        if (Volatile.Read(ref _accepted) >= Options.MaxConnections && !await TryMakeRoomAsync().ConfigureAwait(false))
        {
            TurnAway(transport, endpoint);
            return;
        }

        Interlocked.Increment(ref _accepted);
        Link link = AddLink(endpoint, ConnectionDirection.Accepted);
        CancellationToken givesWay = _newcomers.Add(link.Id, _stopping.Token);
        Track(link.Id, RunAcceptedAsync(link, transport, givesWay));
    }

    /// <summary>The longest in handshake gives way. False if nobody is in one.</summary>
    internal async Task<bool> TryMakeRoomAsync()
    {
        if (!_newcomers.TryEvictOldest(out long id)) return false;
        if (_tasks.TryGetValue(id, out Task? leaving))
            await leaving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return true;
    }

    internal void Enter(Link link, ConnectionState state, ZmtpFault? fault = null)
    {
        link.Enter(state, fault);
        Announce(link);
    }

    internal void ReportLost(Link link, ZmtpFault fault)
    {
        // The same fault at every retry would say nothing new.
        if (link.Snapshot().Fault != fault) Logger.NotConnected(_name, link.Endpoint, fault);
    }

    internal void ReportAcceptFailed(ZmtpEndpoint endpoint, SocketException error)
    {
        if (_dropLog.Allow(AcceptFailedKind, out string more)) Logger.AcceptFailed(_name, endpoint, error.Message, more);
    }

    internal void ReportUnforeseen(ZmtpConnection connection, Exception error) =>
        Logger.Unforeseen(_name, connection.Link.RemoteAddress, error);

    /// <summary>Stops reading and dialling, closes the doors; what was read has been delivered when it
    /// returns.</summary>
    private protected async Task StopAsync()
    {
        lock (_gate)
        {
            _stopped = true;
            foreach (Listener listener in _listeners) listener.Dispose();
            _listeners.Clear();
        }

        await _stopping.CancelAsync().ConfigureAwait(false);
        foreach (ZmtpConnection connection in _connections.Values) connection.Dispose();
        while (!_tasks.IsEmpty)
        {
            // A task that failed was logged when it did.
            await Task.WhenAll(_tasks.Values).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        await _heartbeats.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Waits until every queue is empty, at most <see cref="ZmtpOptions.Linger"/>.</summary>
    private protected async ValueTask WaitUntilSentAsync()
    {
        using CancellationTokenSource deadline = new(Options.Linger, Time);
        foreach (ZmtpConnection connection in _connections.Values)
        {
            while (!connection.Ended.IsCompleted && !deadline.IsCancellationRequested)
            {
                Task change = connection.Outgoing.WaitForChangeAsync();
                if (connection.Outgoing.IsEmpty) break;
                await change.WaitAsync(deadline.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private protected void CountDropped(ZmtpConnection connection, int messages)
    {
        Interlocked.Add(ref _messagesDropped, messages);
        long dropped = connection.Link.CountDropped(messages);
        if (_dropLog.Allow(DroppedKind, out string more))
            Logger.MessagesDropped(_name, connection.Link.RemoteAddress, dropped, more);
    }

    private static long NextId() => Interlocked.Increment(ref _lastId);

    private Link AddLink(ZmtpEndpoint endpoint, ConnectionDirection direction)
    {
        Link link = new(NextId(), Type, endpoint, direction, Time);
        _links[link.Id] = link;
        return link;
    }

    private void Track(long id, Task task)
    {
        _tasks[id] = task;
        _ = task.ContinueWith(
            done =>
            {
                _tasks.TryRemove(id, out _);
                if (done.Exception is { } error) Logger.Unforeseen(_name, $"{id}", error);
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }

    /// <summary>
    /// A first connection starts the looking; it goes on by itself as long as there is one.
    /// </summary>
    private void WatchHearts()
    {
        if (Interlocked.Exchange(ref _watching, 1) == 0) LookAgainIn(Options.HeartbeatInterval);
    }

    private void CheckHearts()
    {
        TimeSpan pause = TimeSpan.MaxValue;
        foreach (ZmtpConnection connection in _connections.Values)
        {
            TimeSpan wanted = connection.Heart.Check();
            if (wanted < pause) pause = wanted;
        }

        if (pause < TimeSpan.MaxValue)
        {
            LookAgainIn(pause); // soon enough for a newcomer, whose first PING is due in an interval
            return;
        }

        Volatile.Write(ref _watching, 0);
        if (!_connections.IsEmpty) WatchHearts(); // one came meanwhile, and saw us watching
    }

    private void LookAgainIn(TimeSpan pause) => _heartbeats.Change(pause, Timeout.InfiniteTimeSpan);

    private void Announce(Link link)
    {
        try
        {
            ConnectionChanged?.Invoke(link.Snapshot());
        }
#pragma warning disable CA1031 // Whatever a handler throws must not end a connection.
        catch (Exception error)
        {
            Logger.HandlerFailed(_name, error);
        }
#pragma warning restore CA1031
    }
}
