using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Steno.Core;
using Steno.Core.Checkpoints;

namespace Steno.Control;

/// <summary>Takes orders of clients, and answers what became of them.</summary>
internal static class DoorAnswers
{
    /// <summary>A label, a reason, a path, and what the caller tells of its work.</summary>
    private const int BodyBytesMax = 64 << 10;

    /// <param name="what">Completes the sentence "The request is no JSON of …".</param>
    /// <param name="example">Such JSON.</param>
    /// <exception cref="UnreadableOrderException">It is not what it should be.</exception>
    /// <exception cref="CheckpointRefusedException">It is too long.</exception>
    public static async Task<T> ReadAsync<T>(HttpRequest request, JsonTypeInfo<T> type, string what, string example)
        where T : class, new()
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
            return body.Length == 0 ? new T() : JsonSerializer.Deserialize(body.ToArray(), type) ?? new T();
        }
        catch (JsonException)
        {
            throw new UnreadableOrderException($"The request is no JSON of {what}, or has a field that is not known.", $"As in {example}; docs/cli.md has all of it.");
        }
    }

    /// <param name="stopping">What helps where the recorder stops meanwhile.</param>
    public static async Task SendAsync(HttpContext context, string stopping, Func<Task<byte[]>> work)
    {
        int code = StatusCodes.Status200OK;
        byte[] json;
        try
        {
            json = await work().ConfigureAwait(false);
        }
        catch (StenoException e)
        {
            code = e switch
            {
                UnreadableOrderException => StatusCodes.Status400BadRequest,
                CheckpointRefusedException => StatusCodes.Status409Conflict,
                _ => StatusCodes.Status500InternalServerError,
            };
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
                new CheckpointRefusal("The recorder stops.", stopping), CheckpointOrderJson.Default.CheckpointRefusal);
        }

        await ControlEndpoints.SendAsync(context.Response, code, json).ConfigureAwait(false);
    }
}
