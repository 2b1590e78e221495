using System.Text.Json;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Steno.Recorder;

namespace Steno.Control;

/// <summary>Which request is answered by what.</summary>
internal sealed class ControlEndpoints(
    Func<RecorderStatus> status,
    LiveFeed feed,
    Action stop,
    Task<string?> ended,
    TimeProvider time,
    CheckpointDoor? checkpoints = null,
    SessionDoor? sessions = null,
    Func<Task>? announced = null) : IHttpApplication<HttpContext>
{
    public const string StatusPath = "/v1/status";
    public const string FeedPath = "/v1/feed";
    public const string StopPath = "/v1/stop";

    /// <summary>As <see cref="StopPath"/>, answered whole when the recorder has ended.</summary>
    public const string StopAndTell = StopPath + "?wait";

    /// <summary>A stop will follow, when the broker has ended.</summary>
    public const string AnnouncePath = StopPath + "/announce";

    public HttpContext CreateContext(IFeatureCollection contextFeatures)
    {
        if (contextFeatures.Get<IConnectionItemsFeature>() is { } connection) ControlVisitors.MarkBusy(connection.Items);
        return new DefaultHttpContext(contextFeatures);
    }

    public Task ProcessRequestAsync(HttpContext context) => (context.Request.Path.Value, context.Request.Method) switch
    {
        (StatusPath, "GET") => SendStatusAsync(context.Response),
        (FeedPath, "GET") => FeedStream.SendAsync(feed, context, time),
        (StopPath, "POST") when context.Request.Query.ContainsKey("wait") => StopAndTellAsync(context),
        (StopPath, "POST") => StopAsync(context.Response),
        (AnnouncePath, "POST") => AnnounceAsync(context.Response),
        (CheckpointDoor.Path, "POST") when checkpoints is not null => checkpoints.CreateAsync(context),
        (SessionDoor.Path, "POST") when sessions is not null => sessions.NewAsync(context),
        (SessionDoor.LoadPath, "POST") when sessions is not null => sessions.LoadAsync(context),
        ({ } path, "DELETE") when checkpoints is not null && path.StartsWith(CheckpointDoor.Path + "/", StringComparison.Ordinal) =>
            checkpoints.DeleteAsync(context, path[(CheckpointDoor.Path.Length + 1)..]),
        (CheckpointDoor.Path or SessionDoor.Path or SessionDoor.LoadPath, _) => RefuseMethodAsync(context.Response, "POST"),
        (StatusPath or FeedPath, _) => RefuseMethodAsync(context.Response, "GET"),
        (StopPath or AnnouncePath, _) => RefuseMethodAsync(context.Response, "POST"),
        _ => SendAsync(context.Response, StatusCodes.Status404NotFound,
            """{"error":"not found","endpoints":["GET /v1/status","GET /v1/feed","POST /v1/stop","POST /v1/stop/announce","POST /v1/checkpoints","DELETE /v1/checkpoints/ID","POST /v1/checkpoints/load","POST /v1/sessions"]}"""u8.ToArray()),
    };

    public void DisposeContext(HttpContext context, Exception? exception)
    {
        if (context.Features.Get<IConnectionItemsFeature>() is { } connection) ControlVisitors.MarkIdle(connection.Items);
    }

    private Task SendStatusAsync(HttpResponse response) => SendAsync(response, StatusCodes.Status200OK,
        JsonSerializer.SerializeToUtf8Bytes(status(), StatusJson.Default.RecorderStatus));

    private async Task StopAsync(HttpResponse response)
    {
        // Answered first: once the recorder stops, so does this server.
        await SendAsync(response, StatusCodes.Status202Accepted, """{"stopping":true}"""u8.ToArray())
            .ConfigureAwait(false);
        stop();
    }

    private async Task AnnounceAsync(HttpResponse response)
    {
        if (announced is not null) await announced().ConfigureAwait(false);
        await SendAsync(response, StatusCodes.Status202Accepted, """{"announced":true}"""u8.ToArray()).ConfigureAwait(false);
    }

    /// <summary>The header at once, so that the asker knows that it was heard.</summary>
    private async Task StopAndTellAsync(HttpContext context)
    {
        context.Response.StatusCode = StatusCodes.Status202Accepted;
        context.Response.ContentType = "application/json";
        await context.Response.StartAsync(context.RequestAborted).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        stop();
        string? problem = await ended.WaitAsync(context.RequestAborted).ConfigureAwait(false);
        await context.Response.Body.WriteAsync(
            JsonSerializer.SerializeToUtf8Bytes(new StopAnswer(problem), ControlJson.Default.StopAnswer), context.RequestAborted)
            .ConfigureAwait(false);
        await context.Response.CompleteAsync().ConfigureAwait(false);
    }

    private static Task RefuseMethodAsync(HttpResponse response, string allowed)
    {
        response.Headers.Allow = allowed;
        return SendAsync(response, StatusCodes.Status405MethodNotAllowed,
            """{"error":"method not allowed"}"""u8.ToArray());
    }

    public static async Task SendAsync(HttpResponse response, int code, byte[] json)
    {
        response.StatusCode = code;
        response.ContentType = "application/json";
        response.ContentLength = json.Length;
        await response.Body.WriteAsync(json).ConfigureAwait(false);
        await response.CompleteAsync().ConfigureAwait(false);
    }
}
