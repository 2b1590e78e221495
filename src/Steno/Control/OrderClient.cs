using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Steno.Core;

namespace Steno.Control;

/// <summary>Gives orders to the recorder of one log directory that take a while. Not thread-safe.</summary>
internal sealed class OrderClient : IDisposable
{
    /// <summary>The first checkpoint of a large journal takes a while, and the disk may be slow.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(10);

    private readonly ControlClient _ordinary;
    private readonly ControlClient _patient;

    /// <param name="logs">The log directory.</param>
    public OrderClient(string logs) =>
        (_ordinary, _patient) = (new ControlClient(logs), new ControlClient(logs, Deadline));

    /// <summary>Null: no recorder runs.</summary>
    /// <exception cref="StenoException">It refuses, fails or does not answer.</exception>
    public async Task<T?> AskAsync<T>(Func<HttpRequestMessage> question, JsonTypeInfo<T> type, CancellationToken cancellation)
        where T : class
    {
        // A frozen recorder is found out at once, and not after ten minutes.
        ControlReply alive = await _ordinary.StatusAsync(cancellation).ConfigureAwait(false);
        if (alive.Outcome is ControlOutcome.NotRunning) return null;
        if (alive.Outcome is not ControlOutcome.Answered) throw Unanswered(alive);
        T? answer = null;
        CheckpointRefusal? refusal = null;
        ControlReply reply = await _patient.AskAsync(async http =>
        {
            using HttpRequestMessage request = question();
            using HttpResponseMessage response = await http.SendAsync(request, cancellation).ConfigureAwait(false);
            if (response.IsSuccessStatusCode)
            {
                answer = await response.Content.ReadFromJsonAsync(type, cancellation).ConfigureAwait(false)
                    ?? throw new JsonException();
            }
            else if (response.Content.Headers.ContentType?.MediaType == "application/json")
            {
                refusal = await response.Content
                    .ReadFromJsonAsync(CheckpointOrderJson.Default.CheckpointRefusal, cancellation).ConfigureAwait(false);
            }

            if (answer is null && refusal?.Hint is null) response.EnsureSuccessStatusCode();
        }, cancellation).ConfigureAwait(false);
        if (refusal is { Hint: not null }) throw new StenoException(refusal.Error, refusal.Hint);
        return reply.Outcome is ControlOutcome.Answered ? answer : throw Unanswered(reply);
    }

    public void Dispose()
    {
        _ordinary.Dispose();
        _patient.Dispose();
    }

    private static StenoException Unanswered(ControlReply reply) =>
        new("The recorder could not be asked for it.", reply.Explanation);
}
