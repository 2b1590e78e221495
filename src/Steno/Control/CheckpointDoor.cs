using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Steno.Core;
using Steno.Core.Checkpoints;

namespace Steno.Control;

/// <summary>Answers requests for checkpoints.</summary>
internal sealed class CheckpointDoor(
    Func<CheckpointRequest, Task<CheckpointManifest>> create, Func<string, Task<CollectedSegments>> delete)
{
    public const string Path = "/v1/checkpoints";

    /// <summary>A label, a reason, and what the caller tells of its work.</summary>
    private const int BodyBytesMax = 64 << 10;

    public Task CreateAsync(HttpContext context) => AnswerAsync(context, async () =>
    {
        CheckpointOrder order = await ReadAsync(context.Request).ConfigureAwait(false);
        CheckpointRequest request = new(order.Reason ?? CheckpointReason.Manual, order.Label, order.Told);
        CheckpointManifest made = await create(request).ConfigureAwait(false);
        return JsonSerializer.SerializeToUtf8Bytes(CreatedCheckpoint.Of(made), CheckpointOrderJson.Default.CreatedCheckpoint);
    });

    public Task DeleteAsync(HttpContext context, string idOrLabel) => AnswerAsync(context, async () =>
        JsonSerializer.SerializeToUtf8Bytes(
            await delete(idOrLabel).ConfigureAwait(false), CheckpointOrderJson.Default.CollectedSegments));

    private static async Task<CheckpointOrder> ReadAsync(HttpRequest request)
    {
        using MemoryStream body = new();
        byte[] block = new byte[4096];
        int read;
        while ((read = await request.Body.ReadAsync(block).ConfigureAwait(false)) > 0)
        {
            if (body.Length + read > BodyBytesMax)
                throw new CheckpointRefusedException("The request is too long.", $"At most {BodyBytesMax} bytes are read.");
            body.Write(block, 0, read);
        }

        try
        {
            CheckpointOrder order = body.Length == 0
                ? new CheckpointOrder()
                : JsonSerializer.Deserialize(body.ToArray(), CheckpointOrderJson.Default.CheckpointOrder) ?? new CheckpointOrder();
            return order.Reason is null || CheckpointOrder.Reasons.Contains(order.Reason)
                ? order
                : throw new CheckpointRefusedException(
                    "The reason is refused.", $"Allowed: {string.Join(", ", CheckpointOrder.Reasons)}.");
        }
        catch (JsonException)
        {
            throw new CheckpointRefusedException(
                "The request is no JSON of a checkpoint.", "As in {\"label\":\"before-refactoring\"}; docs/cli.md has all of it.");
        }
    }

    private static async Task AnswerAsync(HttpContext context, Func<Task<byte[]>> work)
    {
        int code = StatusCodes.Status200OK;
        byte[] json;
        try
        {
            json = await work().ConfigureAwait(false);
        }
        catch (StenoException e)
        {
            code = e is CheckpointRefusedException ? StatusCodes.Status409Conflict : StatusCodes.Status500InternalServerError;
            json = JsonSerializer.SerializeToUtf8Bytes(
                new CheckpointRefusal(e.Message, e.Hint), CheckpointOrderJson.Default.CheckpointRefusal);
        }
        catch (BadHttpRequestException e)
        {
            code = e.StatusCode;
            json = JsonSerializer.SerializeToUtf8Bytes(
                new CheckpointRefusal($"The request cannot be read: {e.Message}", "Send it again, as JSON; docs/cli.md has its shape."),
                CheckpointOrderJson.Default.CheckpointRefusal);
        }
        catch (OperationCanceledException)
        {
            code = StatusCodes.Status503ServiceUnavailable;
            json = JsonSerializer.SerializeToUtf8Bytes(
                new CheckpointRefusal("The recorder stops.", "It makes a checkpoint of its own then; ask again without it."),
                CheckpointOrderJson.Default.CheckpointRefusal);
        }

        await ControlEndpoints.SendAsync(context.Response, code, json).ConfigureAwait(false);
    }
}
