using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Steno.Configuration;
using Steno.Core.Files;
using Steno.Processes;
using Steno.Recorder;

namespace Steno.Control;

/// <summary>
/// Asks the recorder of one log directory. Every question has a deadline: a frozen recorder accepts
/// connections (the kernel does it) and never answers. Not thread-safe.
/// </summary>
internal sealed class ControlClient : IDisposable
{
    /// <summary>
    /// A healthy recorder answers in a millisecond; one under heavy load in some tens. With the start of the
    /// process a verb that asks one question answers within two seconds.
    /// </summary>
    public static readonly TimeSpan DefaultDeadline = TimeSpan.FromSeconds(1.5);

    /// <summary>A status of a thousand agents has some hundred kilobytes.</summary>
    private const int AnswerBytesMax = 16 << 20;

    private static readonly TimeSpan WhileFull = TimeSpan.FromMilliseconds(10);

    private readonly string _logs;
    private readonly UnixDomainSocketEndPoint _endpoint;
    private readonly HttpClient _http;
    private int? _pid;
    private HttpResponseMessage? _stopping;

    /// <param name="logs">The log directory.</param>
    /// <param name="deadline">For each question; null for <see cref="DefaultDeadline"/>.</param>
    /// <exception cref="PathTooLongException">No path short enough for a socket: nobody can
    /// listen.</exception>
    public ControlClient(string logs, TimeSpan? deadline = null)
    {
        _logs = logs;
        _endpoint = new UnixDomainSocketEndPoint(ControlSocket.PathFor(logs));
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = (_, cancellation) => ConnectAsync(cancellation),
            UseProxy = false,
            AllowAutoRedirect = false,
        };
        // The host is never looked up: the connection goes to the socket.
        _http = new HttpClient(handler)
        {
            BaseAddress = new Uri("http://steno"),
            Timeout = deadline ?? DefaultDeadline,
            MaxResponseContentBufferSize = AnswerBytesMax,
        };
    }

    /// <summary>The recorder that was started on this directory, and where it has its files since somebody moved that; null: there is none.</summary>
    public static (int Pid, string Directory)? FindMoved(string logs) =>
        RemovedDirectory.FindMoved(new LogDirectory(logs), ControlSocket.PathFor(logs));

    public Task<ControlReply> StatusAsync(CancellationToken cancellation) => AskAsync(async () =>
    {
        using HttpResponseMessage answer = await _http.GetAsync(ControlEndpoints.StatusPath, cancellation).ConfigureAwait(false);
        answer.EnsureSuccessStatusCode();
        RecorderStatus? status = await answer.Content
            .ReadFromJsonAsync(StatusJson.Default.RecorderStatus, cancellation).ConfigureAwait(false);
        return status is null or { IsWhole: false }
            ? new ControlReply(ControlOutcome.Refused, "What answers on the control socket is no recorder.", Pid: _pid)
            : new ControlReply(ControlOutcome.Answered, status.Reason, status, _pid);
    }, cancellation);

    /// <summary>
    /// Asks the recorder to stop in good order; it has not stopped yet when this returns. Then
    /// <see cref="HearProblemAsync"/>.
    /// </summary>
    public Task<ControlReply> StopAsync(CancellationToken cancellation) => AskAsync(async () =>
    {
        using HttpRequestMessage request = new(HttpMethod.Post, ControlEndpoints.StopAndTell);
        _stopping = await _http
            .SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
        _stopping.EnsureSuccessStatusCode();
        return new ControlReply(ControlOutcome.Answered, "The recorder stops.", Pid: _pid);
    }, cancellation);

    /// <summary>
    /// Tells the recorder that <see cref="StopAsync"/> follows within seconds, and that its broker ends before: that is no loss.
    /// </summary>
    public Task<ControlReply> AnnounceStopAsync(CancellationToken cancellation) => AskAsync(async http =>
    {
        using HttpResponseMessage answer = await http.PostAsync(ControlEndpoints.AnnouncePath, null, cancellation).ConfigureAwait(false);
        answer.EnsureSuccessStatusCode();
    }, cancellation);

    /// <summary>
    /// Waits until the recorder that was asked to stop has stopped recording. Returns what is wrong, in
    /// sentences; null if it stopped in good order.
    /// </summary>
    public async Task<string?> HearProblemAsync(CancellationToken cancellation)
    {
        if (_stopping is null) return null;
        try
        {
            await _stopping.Content.LoadIntoBufferAsync(AnswerBytesMax, cancellation).ConfigureAwait(false);
            return (await _stopping.Content.ReadFromJsonAsync(ControlJson.Default.StopAnswer, cancellation).ConfigureAwait(false))?.Problem;
        }
        catch (Exception e) when (e is HttpRequestException or IOException or JsonException)
        {
            return $"It was killed, or failed, before it could say how it ended: its log may, {Path.Combine(_logs, "run", "recorder.log")}, and the next start tells what is missing.";
        }
    }

    /// <summary>Any question; what its answer says is the asker's.</summary>
    public Task<ControlReply> AskAsync(Func<HttpClient, Task> question, CancellationToken cancellation) => AskAsync(async () =>
    {
        await question(_http).ConfigureAwait(false);
        return new ControlReply(ControlOutcome.Answered, "The recorder has answered.", Pid: _pid);
    }, cancellation);

    public void Dispose()
    {
        _stopping?.Dispose();
        _http.Dispose();
    }

    private async Task<ControlReply> AskAsync(Func<Task<ControlReply>> question, CancellationToken cancellation)
    {
        try
        {
            return await question().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            // On a busy machine the time may be over before anything was tried.
            return _pid is null && !Path.Exists(_endpoint.ToString())
                ? NotConnected(new SocketException((int)SocketError.AddressNotAvailable))
                : NotAnswering($"no answer within {_http.Timeout.TotalSeconds:0.#} s");
        }
        catch (HttpRequestException failed) when (failed.StatusCode is { } code)
        {
            return new ControlReply(ControlOutcome.Refused,
                $"The recorder refused the request ({(int)code} {code}): is it of another version?", Pid: _pid);
        }
        catch (HttpRequestException failed) when (failed.InnerException is SocketException { } reason)
        {
            return NotConnected(reason);
        }
        catch (HttpRequestException failed) when (failed.HttpRequestError is HttpRequestError.ConfigurationLimitExceeded)
        {
            return new ControlReply(ControlOutcome.Refused,
                "What answers on the control socket is no recorder: its answer has no end.", Pid: _pid);
        }
        catch (HttpRequestException failed)
        {
            // Connected, and cut off: it was killed or ended while it was asked.
            return NotAnswering("it closed the connection: " + (failed.InnerException?.Message ?? failed.Message));
        }
        catch (JsonException)
        {
            return new ControlReply(ControlOutcome.Refused,
                "What answers on the control socket is no recorder of this version.", Pid: _pid);
        }
    }

    private async ValueTask<Stream> ConnectAsync(CancellationToken cancellation)
    {
        Socket socket = await ConnectAsync(_endpoint, cancellation).ConfigureAwait(false);
        try
        {
            _pid = PeerProcess.Of(socket);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<Socket> ConnectAsync(UnixDomainSocketEndPoint endpoint, CancellationToken cancellation)
    {
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(endpoint, cancellation).ConfigureAwait(false);
                return socket;
            }
            catch (SocketException full) when (full.SocketErrorCode is SocketError.WouldBlock)
            {
                // More connections wait than the system lets wait: until the question's deadline, so does
                // this one.
                socket.Dispose();
                await Task.Delay(WhileFull, TimeProvider.System, cancellation).ConfigureAwait(false);
            }
            catch
            {
                socket.Dispose();
                throw;
            }
        }
    }

    private ControlReply NotConnected(SocketException reason) => reason.SocketErrorCode switch
    {
        SocketError.AccessDenied => new ControlReply(ControlOutcome.Refused, OperatingSystem.IsLinux() && UnixSockets.BoundTo(_endpoint.ToString()).Count == 0
            ? $"The log directory {_logs} belongs to another user, and cannot be looked at: as far as this machine shows, no recorder runs on it. Its user can ask."
            : $"The recorder on {_logs} belongs to another user, who alone may ask it.")
        { IsKnown = false },
        // It is bound before the journal is opened, and answers when that is done.
        _ when FileFacts.Of(_endpoint.ToString()) is { Kind: FileKind.Socket } && DirectoryLock.FindHolder(new LogDirectory(_logs)) is { } starting => new ControlReply(
            ControlOutcome.NotAnswering,
            $"The recorder (pid {starting}) on {_logs} is starting: it opens its journal, and answers as soon as that is done. "
                + "Where it does not, somebody has put another socket in the place of its own: `steno stop` ends it in good order.",
            Pid: starting)
        {
            IsKnown = false,
        },
        // Somebody has deleted or replaced it: the recorder does not notice, and records.
        _ when DirectoryLock.FindHolder(new LogDirectory(_logs)) is { } holder => new ControlReply(
            ControlOutcome.NotAnswering,
            $"The recorder (pid {holder}) on {_logs} cannot be asked, for its control socket is {(Path.Exists(_endpoint.ToString()) ? "replaced by something else" : "gone")}: "
                + "`steno stop` ends it in good order, then `steno start`.",
            Pid: holder)
        {
            IsKnown = false,
        },
        _ when RemovedDirectory.FindRecorder(new LogDirectory(_logs)) is { } orphan => Orphaned(orphan),
        _ when RemovedDirectory.FindReplaced(new LogDirectory(_logs)) is { } moved => new ControlReply(ControlOutcome.NotRunning,
            $"No recorder is running on {_logs}: the one that was here (pid {moved.Pid}) has its files in {moved.Directory}, and this directory "
                + $"took their place. `steno stop --logs {ShellWord.Of(moved.Directory)}` ends it, then `steno start`."),
        _ when FindMoved(_logs) is { } moved => new ControlReply(ControlOutcome.NotRunning,
            $"{(Directory.Exists(_logs) ? $"No recorder is running on {_logs}" : $"There is no log directory {_logs} any more")}: "
                + $"it was moved under the recorder (pid {moved.Pid}), which has its files in {moved.Directory}. "
                + $"Move it back, or end that one with `steno stop --logs {ShellWord.Of(moved.Directory)}`, then `steno start`."),
        _ => new ControlReply(ControlOutcome.NotRunning,
            $"No recorder is running on {_logs}{LastRecorder.End(new LogDirectory(_logs))}: start one with `steno start`.{Obstacle()}"),
    };

    private ControlReply Orphaned(int recorder) => Directory.Exists(_logs)
        ? new ControlReply(ControlOutcome.NotAnswering,
            $"The recorder (pid {recorder}) on {_logs} cannot be asked, for its lock and its control socket are gone: "
                + "`steno stop` ends it in good order, then `steno start`.",
            Pid: recorder)
        {
            IsKnown = false, // its journal may be where it was
        }
        : new ControlReply(ControlOutcome.NotAnswering,
            $"There is no log directory {_logs} any more: it was removed under the recorder (pid {recorder}), which still runs "
                + "and cannot record there. `steno stop` ends it, then `steno start`.",
            Pid: recorder);

    /// <summary>Why the advice to start one would lead nowhere; nothing if it would not.</summary>
    private string Obstacle() => Directory.Exists(_logs) && WriteAccess.FindObstacle(_logs) is { } obstacle
        ? $" It could not write there: {obstacle.Sentences}"
        : "";

    private ControlReply NotAnswering(string why)
    {
        string who = $"The recorder{(_pid is null ? "" : $" (pid {_pid})")} on {_logs}";
        bool isStopped = _pid is { } pid && ProcessState.IsStopped(pid);
        string remedy = isStopped
            ? $"it is stopped; let it go on with `kill -CONT {_pid}`."
            : "ask again; if it stays silent, its log (LOGS/run/recorder.log) may say why, and `steno stop` ends it.";
        return new ControlReply(ControlOutcome.NotAnswering, $"{who} does not answer ({why}): {remedy}", Pid: _pid)
        {
            IsKnown = isStopped,
        };
    }
}
