using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Steno.Core.Checkpoints;

namespace Steno.Control;

/// <summary>Answers requests for checkpoints.</summary>
internal sealed class CheckpointDoor(
    Func<CheckpointRequest, Task<CheckpointManifest>> create, Func<string, Task<CollectedSegments>> delete)
{
    public const string Path = "/v1/checkpoints";

    private const string Stopping = "It makes a checkpoint of its own then; ask again without it.";

    public Task CreateAsync(HttpContext context) => DoorAnswers.SendAsync(context, Stopping, async () =>
    {
        CheckpointOrder order = await ReadAsync(context.Request).ConfigureAwait(false);
        CheckpointRequest request = new(order.Reason ?? CheckpointReason.Manual, order.Label, order.Told);
        CheckpointManifest made = await create(request).ConfigureAwait(false);
        return JsonSerializer.SerializeToUtf8Bytes(CreatedCheckpoint.Of(made), CheckpointOrderJson.Default.CreatedCheckpoint);
    });

    public Task DeleteAsync(HttpContext context, string idOrLabel) => DoorAnswers.SendAsync(context, Stopping, async () =>
        JsonSerializer.SerializeToUtf8Bytes(
            await delete(idOrLabel).ConfigureAwait(false), CheckpointOrderJson.Default.CollectedSegments));

    private static async Task<CheckpointOrder> ReadAsync(HttpRequest request)
    {
        CheckpointOrder order = await DoorAnswers.ReadAsync(
            request, CheckpointOrderJson.Default.CheckpointOrder, "a checkpoint", "{\"label\":\"before-refactoring\"}").ConfigureAwait(false);
        return order.Reason is null || CheckpointOrder.Reasons.Contains(order.Reason)
            ? order
            : throw new CheckpointRefusedException(
                "The reason is refused.", $"Allowed: {string.Join(", ", CheckpointOrder.Reasons)}.");
    }
}
