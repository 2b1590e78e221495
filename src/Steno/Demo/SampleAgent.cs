using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Steno.Zmtp;

namespace Steno.Demo;

/// <summary>An agent of the demonstration: publishes to the broker as any agent would.</summary>
internal sealed class SampleAgent : IAsyncDisposable
{
    private readonly string _name;
    private readonly PubSocket _socket;
    private readonly TimeProvider _time;

    public SampleAgent(string name, ZmtpEndpoint publishers, TimeProvider time)
    {
        _name = name;
        _time = time;
        _socket = new PubSocket(new ZmtpOptions(), time, NullLogger.Instance);
        _socket.Connect(publishers);
    }

    /// <summary>
    /// Whether what it says is heard: a PUB drops what nobody has asked for, and the subscription takes a
    /// moment to come through the broker.
    /// </summary>
    public bool IsHeard => _socket.SubscriptionCount > 0;

    /// <summary>Says a sentence to another agent, in the standard shape.</summary>
    /// <returns>The message's id.</returns>
    public string Say(string to, string text)
    {
        string id = Guid.CreateVersion7(_time.GetUtcNow()).ToString();
        using var payload = new MemoryStream();
        using (var json = new Utf8JsonWriter(payload))
        {
            json.WriteStartObject();
            json.WriteString("message_id", id);
            json.WriteString("timestamp", _time.GetUtcNow());
            json.WriteString("sender_id", _name);
            json.WriteString("context_id", "steno-demo");
            json.WriteStartObject("content");
            json.WriteString("message", text);
            json.WriteEndObject();
            json.WriteStartObject("metadata");
            json.WriteString("sender_role", "Agent");
            json.WriteEndObject();
            json.WriteEndObject();
        }

        _socket.TrySend(Encoding.UTF8.GetBytes(to), payload.ToArray());
        return id;
    }

    public ValueTask DisposeAsync() => _socket.DisposeAsync();
}
