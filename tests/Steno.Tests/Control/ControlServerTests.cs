using System.Net;
using System.Net.Sockets;
using System.Text;
using Steno.Control;
using Steno.Core.Files;
using Steno.Recorder;
using Steno.Tests.Zmtp;

namespace Steno.Tests.Control;

public sealed class ControlServerTests : IAsyncLifetime
{
    private const int ConnectionsMax = 2 * LiveFeed.ReadersMax;

    private readonly TemporaryDirectory _directory = new();
    private readonly LiveFeed _feed = new();
    private readonly TaskCompletionSource _stopped = new();
    private readonly TaskCompletionSource<string?> _ended = new();
    private readonly LogLines _log = new();
    private ControlServer _server = null!;
    private RecorderStatus _status = new() { Recording = true, Reason = "All is well.", Version = "1.2.3" };

    private string SocketPath => ControlSocket.PathFor(_directory.Path);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _server = new ControlServer(
            ControlSocket.Bind(SocketPath), ConnectionsMax, () => _status, _feed, () => _stopped.TrySetResult(), _ended.Task,
            TimeProvider.System, _log);
        await _server.StartAsync(Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Status_comes_through_whole()
    {
        _status = _status with
        {
            DurableSeq = 42,
            Sources = [new SourceStatus { Kind = "broker", Endpoint = "tcp://127.0.0.1:5555", Listening = true }],
            Agents = [new AgentStatus { Name = "claude\u001b[2J", Messages = 3 }],
        };
        using var client = new ControlClient(_directory.Path);

        ControlReply reply = await client.StatusAsync(Cancellation);

        Assert.Equal(ControlOutcome.Answered, reply.Outcome);
        Assert.Equal(42, reply.Status!.DurableSeq);
        Assert.Equal("tcp://127.0.0.1:5555", Assert.Single(reply.Status.Sources).Endpoint);
        Assert.Equal("claude\u001b[2J", Assert.Single(reply.Status.Agents).Name);
        if (OperatingSystem.IsLinux()) Assert.Equal(Environment.ProcessId, reply.Pid);
    }

    [Fact]
    public async Task Its_JSON_has_snake_case_keys_and_nothing_that_a_terminal_obeys()
    {
        _status = _status with { Reason = "\u009b31m\u007f" };
        using HttpClient http = Http();

        string json = await http.GetStringAsync("/v1/status", Cancellation);

        Assert.Contains("\"schema_version\":1,\"recording\":true", json, StringComparison.Ordinal);
        Assert.Contains("\"durable_seq\":0", json, StringComparison.Ordinal);
        Assert.All(json, character => Assert.InRange(character, ' ', '~'));
    }

    [Theory]
    [InlineData("""{"recording":true,"reason":null,"version":"1"}""")]
    [InlineData("""{"recording":true,"reason":"All is well.","version":"1","sources":null}""")]
    [InlineData("""{"recording":true,"reason":"All is well.","version":"1","agents":[null]}""")]
    public async Task An_answer_with_holes_is_no_recorders(string json)
    {
        await _server.DisposeAsync();
        using Socket door = ControlSocket.Bind(SocketPath);
        Task answered = AnswerAsync(door, $"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {json.Length}\r\n\r\n{json}", 0);
        using var client = new ControlClient(_directory.Path);

        Assert.Equal(ControlOutcome.Refused, (await client.StatusAsync(Cancellation)).Outcome);
        await answered;
    }

    [Fact]
    public async Task An_answer_without_end_is_not_read_to_it()
    {
        await _server.DisposeAsync();
        using Socket door = ControlSocket.Bind(SocketPath);
        Task answered = AnswerAsync(door, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n{\"reason\":\"", 1L << 30);
        using var client = new ControlClient(_directory.Path, TimeSpan.FromSeconds(20));

        ControlReply reply = await client.StatusAsync(Cancellation);

        Assert.Equal(ControlOutcome.Refused, reply.Outcome);
        Assert.Contains("no end", reply.Explanation, StringComparison.Ordinal);
        await answered;
    }

    [Fact]
    public async Task A_request_for_a_checkpoint_that_cannot_be_read_is_answered_with_400_and_fills_no_log()
    {
        await _server.DisposeAsync();
        CheckpointDoor checkpoints = new(_ => throw new InvalidOperationException(), _ => throw new InvalidOperationException());
        _server = new ControlServer(
            ControlSocket.Bind(SocketPath), ConnectionsMax, () => _status, _feed, () => { }, _ended.Task, TimeProvider.System, _log, checkpoints);
        await _server.StartAsync(Cancellation);
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), Cancellation);
        await socket.SendAsync(
            "POST /v1/checkpoints HTTP/1.1\r\nHost: steno\r\nTransfer-Encoding: chunked\r\n\r\nno chunk\r\n"u8.ToArray(), Cancellation);
        byte[] answer = new byte[4096];
        int length = await socket.ReceiveAsync(answer, Cancellation);

        Assert.StartsWith("HTTP/1.1 400", Encoding.ASCII.GetString(answer, 0, length), StringComparison.Ordinal);
        Assert.Empty(_log.Warnings);
    }

    [Theory]
    [InlineData("/v1/checkpoints", "{\"labl\":\"x\"}")]
    [InlineData("/v1/sessions", "{\"nam\":\"x\"}")]
    [InlineData("/v1/sessions", "no JSON")]
    [InlineData("/v1/checkpoints/load", "{\"checkpoint\":\"x\",\"yes\":true}")]
    public async Task An_order_with_a_field_that_is_not_known_is_answered_with_400_and_not_carried_out(string path, string body)
    {
        await _server.DisposeAsync();
        bool done = false;
        CheckpointDoor checkpoints = new(_ => throw Carried(), _ => throw Carried());
        SessionDoor sessions = new(new LogDirectory(_directory.Path), _ => throw Carried(), _ => throw Carried());
        _server = new ControlServer(
            ControlSocket.Bind(SocketPath), ConnectionsMax, () => _status, _feed, () => { }, _ended.Task, TimeProvider.System, _log, checkpoints, sessions);
        await _server.StartAsync(Cancellation);
        using Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), Cancellation);
        await socket.SendAsync(Encoding.UTF8.GetBytes($"POST {path} HTTP/1.1\r\nHost: steno\r\nContent-Length: {body.Length}\r\n\r\n{body}"), Cancellation);
        byte[] answer = new byte[4096];
        int length = await socket.ReceiveAsync(answer, Cancellation);

        Assert.StartsWith("HTTP/1.1 400", Encoding.ASCII.GetString(answer, 0, length), StringComparison.Ordinal);
        Assert.False(done);

        InvalidOperationException Carried()
        {
            done = true;
            return new InvalidOperationException();
        }
    }

    /// <summary>One visitor, and then so many bytes as it takes.</summary>
    private static async Task AnswerAsync(Socket door, string answer, long more)
    {
        door.Listen();
        using Socket visitor = await door.AcceptAsync(Cancellation);
        byte[] block = new byte[1 << 20];
        block.AsSpan().Fill((byte)'x');
        await visitor.ReceiveAsync(block.AsMemory(0, 1024), Cancellation);
        block.AsSpan(0, 1024).Fill((byte)'x');
        await visitor.SendAsync(Encoding.ASCII.GetBytes(answer), Cancellation);
        try
        {
            for (long sent = 0; sent < more; sent += block.Length) await visitor.SendAsync(block, Cancellation);
        }
        catch (SocketException)
        {
            // It has heard enough.
        }
    }

    [Fact]
    public async Task Stop_is_answered_before_the_recorder_stops()
    {
        using var client = new ControlClient(_directory.Path);

        ControlReply reply = await client.StopAsync(Cancellation);

        Assert.Equal(ControlOutcome.Answered, reply.Outcome);
        await _stopped.Task.WaitAsync(Cancellation);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("The journal was saved elsewhere.")]
    public async Task Whoever_asked_for_the_stop_hears_how_it_ended(string? problem)
    {
        using var client = new ControlClient(_directory.Path);
        await client.StopAsync(Cancellation);
        Task<string?> heard = client.HearProblemAsync(Cancellation);
        Assert.False(heard.IsCompleted);
        _ended.SetResult(problem);
        Assert.Equal(problem, await heard.WaitAsync(Cancellation));
    }

    [Fact]
    public async Task Whoever_asked_for_the_stop_waits_no_longer_than_the_recorder_lives_and_hears_that_it_did_not_end_well()
    {
        using var client = new ControlClient(_directory.Path);
        await client.StopAsync(Cancellation);
        Task<string?> heard = client.HearProblemAsync(Cancellation);
        await _server.DisposeAsync();
        Assert.Contains("before it could say how it ended", await heard.WaitAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_feed_sends_lines_as_server_sent_events()
    {
        using HttpClient http = Http();
        using StreamReader events = await ListenAsync(http);

        _feed.Publish("{\"Seq\":17}\n"u8, 17);

        Assert.Equal("id: 17", await events.ReadLineAsync(Cancellation));
        Assert.Equal("data: {\"Seq\":17}", await events.ReadLineAsync(Cancellation));
        Assert.Equal("", await events.ReadLineAsync(Cancellation));
    }

    [Fact]
    public async Task A_reader_that_sleeps_loses_lines_and_is_told_while_status_goes_on_answering()
    {
        using HttpClient http = Http();
        using StreamReader events = await ListenAsync(http);
        const int published = 4 * FeedReader.QueuedLinesMax;
        byte[] line = Encoding.UTF8.GetBytes(new string('x', 4000));

        for (int seq = 1; seq <= published; seq++) _feed.Publish(line, seq);
        using var client = new ControlClient(_directory.Path);
        Assert.Equal(ControlOutcome.Answered, (await client.StatusAsync(Cancellation)).Outcome);
        _feed.Complete();

        long received = 0, lost = 0;
        while (await events.ReadLineAsync(Cancellation) is { } text)
        {
            if (text.StartsWith("id: ", StringComparison.Ordinal)) received++;
            if (text.StartsWith("data: {\"lost\":", StringComparison.Ordinal))
                lost += long.Parse(text["data: {\"lost\":".Length..^1], null);
        }

        Assert.True(lost > 0);
        Assert.Equal(published, received + lost);
    }

    [Fact]
    public async Task A_thousand_idle_connections_keep_no_question_out()
    {
        List<Socket> idle = [];
        try
        {
            for (int i = 0; i < 1000; i++)
            {
                idle.Add(await ConnectAsync());
            }

            foreach (Socket late in idle.TakeLast(50)) await late.SendAsync("GET /v1/sta"u8.ToArray(), Cancellation);
            using var client = new ControlClient(_directory.Path);
            Assert.Equal(ControlOutcome.Answered, (await client.StatusAsync(Cancellation)).Outcome);
        }
        finally
        {
            foreach (Socket socket in idle) socket.Dispose();
        }

        Assert.True(_log.Warnings.Count <= 10, string.Join('\n', _log.Warnings));
    }

    [Fact]
    public async Task Readers_of_the_feed_stay_when_idle_connections_flood_in()
    {
        using HttpClient http = Http();
        using StreamReader events = await ListenAsync(http);
        List<Socket> idle = [];
        try
        {
            for (int i = 0; i < 2 * ConnectionsMax; i++)
            {
                idle.Add(await ConnectAsync());
            }

            _feed.Publish("{}"u8, 1);
            Assert.Equal("id: 1", await events.ReadLineAsync(Cancellation));
        }
        finally
        {
            foreach (Socket socket in idle) socket.Dispose();
        }
    }

    [Fact]
    public async Task Readers_that_vanish_in_the_middle_of_lines_leave_no_warning()
    {
        byte[] line = Encoding.UTF8.GetBytes(new string('x', 4000));
        using var stop = new CancellationTokenSource();
        Task publishing = Task.Run(() =>
        {
            for (long seq = 1; !stop.IsCancellationRequested; seq++) _feed.Publish(line, seq);
        }, Cancellation);
        for (int i = 0; i < 200; i++)
        {
            using HttpClient http = Http();
            using StreamReader events = await ListenAsync(http);
            await events.ReadLineAsync(Cancellation);
        }

        await stop.CancelAsync();
        await publishing;
        await _server.DisposeAsync();
        Assert.Empty(_log.Warnings);
    }

    [Fact]
    public async Task What_is_not_there_is_said_and_so_is_a_wrong_method()
    {
        using HttpClient http = Http();

        Assert.Equal(HttpStatusCode.NotFound, (await http.GetAsync("/", Cancellation)).StatusCode);
        HttpResponseMessage refused = await http.GetAsync("/v1/stop", Cancellation);
        Assert.Equal(HttpStatusCode.MethodNotAllowed, refused.StatusCode);
        Assert.Contains("POST", refused.Content.Headers.Allow);
        Assert.False(_stopped.Task.IsCompleted);
    }

    [Fact]
    public void A_second_recorder_on_the_directory_is_refused() =>
        Assert.Throws<ControlSocketTakenException>(() => ControlSocket.Bind(SocketPath));

    [Fact]
    public async Task The_socket_file_goes_with_the_server()
    {
        Assert.True(File.Exists(SocketPath));

        await _server.DisposeAsync();

        Assert.False(File.Exists(SocketPath));
    }

    [Fact]
    public async Task Where_no_recorder_runs_it_says_so_with_the_remedy()
    {
        using var elsewhere = new TemporaryDirectory();
        ControlSocketTests.LeaveStale(ControlSocket.PathFor(elsewhere.Path));
        foreach (string logs in new[] { elsewhere.Path, Path.Combine(elsewhere.Path, "not-there") })
        {
            using var client = new ControlClient(logs);

            ControlReply reply = await client.StatusAsync(Cancellation);

            Assert.Equal(ControlOutcome.NotRunning, reply.Outcome);
            Assert.Equal($"No recorder is running on {logs}: start one with `steno start`.", reply.Explanation);
        }
    }

    [Fact]
    public async Task A_recorder_that_accepts_and_never_answers_does_not_hold_up_its_client()
    {
        using var frozen = new TemporaryDirectory();
        using Socket deaf = ControlSocket.Bind(ControlSocket.PathFor(frozen.Path));
        deaf.Listen();
        using var client = new ControlClient(frozen.Path, TimeSpan.FromMilliseconds(200));

        ControlReply reply = await client.StatusAsync(Cancellation);

        Assert.Equal(ControlOutcome.NotAnswering, reply.Outcome);
        Assert.Contains("steno stop", reply.Explanation, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Something_else_on_the_socket_is_not_taken_for_a_recorder()
    {
        using var strange = new TemporaryDirectory();
        using Socket other = ControlSocket.Bind(ControlSocket.PathFor(strange.Path));
        other.Listen();
        Task answer = Task.Run(async () =>
        {
            using Socket peer = await other.AcceptAsync(Cancellation);
            // Closed with bytes unread, the client may see a reset before it sees the answer.
            await peer.ReceiveAsync(new byte[4096], Cancellation);
            await peer.SendAsync("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n[]"u8.ToArray());
        }, Cancellation);
        using var client = new ControlClient(strange.Path);

        Assert.Equal(ControlOutcome.Refused, (await client.StatusAsync(Cancellation)).Outcome);
        await answer;
    }

    /// <summary>Connects, when the server has taken enough of those that wait.</summary>
    private async Task<Socket> ConnectAsync()
    {
        while (true)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), Cancellation);
                return socket;
            }
            catch (SocketException full) when (full.SocketErrorCode is SocketError.WouldBlock)
            {
                socket.Dispose();
                await Task.Delay(TimeSpan.FromMilliseconds(5), TimeProvider.System, Cancellation);
            }
        }
    }

    private static async Task<StreamReader> ListenAsync(HttpClient http)
    {
        var events = new StreamReader(await http.GetStreamAsync("/v1/feed", Cancellation));
        Assert.Equal(": listening", await events.ReadLineAsync(Cancellation));
        Assert.Equal("", await events.ReadLineAsync(Cancellation));
        return events;
    }

    private HttpClient Http() => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(SocketPath), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = new Uri("http://steno") };
}
