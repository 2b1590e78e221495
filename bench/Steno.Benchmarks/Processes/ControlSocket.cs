using System.Net.Sockets;
using System.Text.Json;

namespace Steno.Benchmarks.Processes;

/// <summary>The recorder's control socket: HTTP over a Unix-domain socket in its log directory.</summary>
internal sealed class ControlSocket : IDisposable
{
    private readonly HttpClient _http;

    public ControlSocket(string logs)
    {
        UnixDomainSocketEndPoint endpoint = new(Path.Combine(logs, "run", "control.sock"));
        _http = new HttpClient(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancellation) =>
            {
                Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(endpoint, cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        })
        {
            // The host is never looked up: the connection goes to the socket.
            BaseAddress = new Uri("http://steno"),
        };
    }

    /// <exception cref="BenchmarkException">Nobody answers.</exception>
    public async Task<RecorderReport> ReportAsync(CancellationToken cancellation)
    {
        try
        {
            await using Stream answer = await _http.GetStreamAsync("/v1/status", cancellation);
            using JsonDocument json = await JsonDocument.ParseAsync(answer, cancellationToken: cancellation);
            JsonElement status = json.RootElement;
            return new RecorderReport(
                status.GetProperty("recording").GetBoolean(),
                status.GetProperty("reason").GetString() ?? "",
                status.GetProperty("received").GetInt64(),
                status.GetProperty("durable_seq").GetInt64(),
                status.GetProperty("stalls").GetInt64());
        }
        catch (HttpRequestException e)
        {
            throw new BenchmarkException($"The recorder does not answer: {e.Message}");
        }
    }

    /// <summary>Every line from now on, once it is durable, as server-sent events.</summary>
    public Task<Stream> FeedAsync(CancellationToken cancellation) => _http.GetStreamAsync("/v1/feed", cancellation);

    public void Dispose() => _http.Dispose();
}
