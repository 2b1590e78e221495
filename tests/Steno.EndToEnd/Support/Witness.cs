using System.Net.Sockets;
using System.Text.Json;

namespace Steno.EndToEnd.Support;

/// <summary>
/// Listens to a recorder over its control socket, in this process: every line of the live feed and every
/// answer of status goes into the <see cref="Testimony"/>. It ends with the recorder.
/// </summary>
internal sealed class Witness : IAsyncDisposable
{
    private readonly HttpClient _http;
    private readonly Testimony _testimony;
    private readonly CancellationTokenSource _enough = new();
    private readonly Task _listening;

    private Witness(HttpClient http, Testimony testimony, Stream feed)
    {
        _http = http;
        _testimony = testimony;
        _listening = Task.Run(() => ListenAsync(feed));
    }

    /// <summary>Null if the recorder is gone already.</summary>
    public static async Task<Witness?> TryListenAsync(TestLogs logs, Testimony testimony)
    {
        UnixDomainSocketEndPoint endpoint = new(Path.Combine(logs.Logs, "run", "control.sock"));
        HttpClient http = new(new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancellation) =>
            {
                Socket socket = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(endpoint, cancellation);
                return new NetworkStream(socket, ownsSocket: true);
            },
        })
        { BaseAddress = new Uri("http://steno"), Timeout = TimeSpan.FromSeconds(10) };
        try
        {
            HttpResponseMessage answer =
                await http.GetAsync("/v1/feed", HttpCompletionOption.ResponseHeadersRead);
            Stream feed = await answer.EnsureSuccessStatusCode().Content.ReadAsStreamAsync();
            return new Witness(http, testimony, feed);
        }
        catch (HttpRequestException)
        {
            http.Dispose();
            return null;
        }
    }

    /// <summary>Null if the recorder is gone.</summary>
    public async Task<JsonElement?> StatusAsync()
    {
        try
        {
            JsonElement status = JsonElement.Parse(await _http.GetStringAsync("/v1/status"));
            _testimony.NoteStatus(status);
            return status;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>Waits until this many lines more are durable.</summary>
    public Task HearAsync(int lines, double seconds = 10)
    {
        int goal = _testimony.Heard + lines;
        return Eventually.BecomesTrueAsync(
            () => _testimony.Heard >= goal, $"{lines} lines more become durable", seconds);
    }

    public async ValueTask DisposeAsync()
    {
        await _enough.CancelAsync();
        await _listening;
        _http.Dispose();
        _enough.Dispose();
    }

    private async Task ListenAsync(Stream feed)
    {
        try
        {
            using StreamReader reader = new(feed);
            string said = "";
            while (await reader.ReadLineAsync(_enough.Token) is { } line)
            {
                // Only the empty line ends an event: one that is cut off by the recorder's end was not said.
                if (line.Length == 0 && said.StartsWith("data: {\"Id\"", StringComparison.Ordinal))
                    _testimony.NoteLine(said["data: ".Length..]);
                said = line;
            }
        }
        catch (Exception e) when (e is IOException or HttpRequestException or OperationCanceledException)
        {
            // The recorder was killed, or the test has heard enough: what was heard until then counts.
        }
    }
}
