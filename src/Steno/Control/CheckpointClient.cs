using System.Net.Http.Json;
using Steno.Core;
using Steno.Core.Checkpoints;

namespace Steno.Control;

/// <summary>Asks the recorder of one log directory for checkpoints. Not thread-safe.</summary>
/// <param name="logs">The log directory.</param>
internal sealed class CheckpointClient(string logs) : IDisposable
{
    private readonly OrderClient _orders = new(logs);

    /// <summary>Null: no recorder runs.</summary>
    /// <exception cref="StenoException">It refuses, fails or does not answer.</exception>
    public Task<CreatedCheckpoint?> CreateAsync(CheckpointOrder order, CancellationToken cancellation) => _orders.AskAsync(
        () => new HttpRequestMessage(HttpMethod.Post, CheckpointDoor.Path)
        {
            Content = JsonContent.Create(order, CheckpointOrderJson.Default.CheckpointOrder),
        },
        CheckpointOrderJson.Default.CreatedCheckpoint, cancellation);

    /// <inheritdoc cref="CreateAsync"/>
    public Task<CollectedSegments?> DeleteAsync(string id, CancellationToken cancellation) => _orders.AskAsync(
        () => new HttpRequestMessage(HttpMethod.Delete, $"{CheckpointDoor.Path}/{id}"),
        CheckpointOrderJson.Default.CollectedSegments, cancellation);

    public void Dispose() => _orders.Dispose();
}
