using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Steno.Control;

/// <summary>
/// The live feed as server-sent events. A line is <c>id: SEQ</c> and <c>data: LINE</c> (a journal line holds no
/// line break); a loss is <c>event: lost</c> with <c>data: {"lost":N}</c>, in its place among the lines.
/// </summary>
internal static class FeedStream
{
    /// <summary>Often enough to notice a reader that is gone while nobody speaks.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>Unsent bytes after which the writer waits for the reader, and the reader's queue fills.</summary>
    private const int FlushEveryBytes = 64 << 10;

    public static async Task SendAsync(LiveFeed feed, HttpContext context, TimeProvider time)
    {
        using FeedReader? reader = feed.TryOpen();
        if (reader is null)
        {
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        context.Response.ContentType = "text/event-stream";
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.StartAsync(context.RequestAborted).ConfigureAwait(false);
        PipeWriter body = context.Response.BodyWriter;
        // At once, so that a client that has read the header knows that it will miss nothing from here on.
        body.Write(": listening\n\n"u8);
        await body.FlushAsync(context.RequestAborted).ConfigureAwait(false);

        while (await NextAsync(reader, time, context.RequestAborted).ConfigureAwait(false))
            await DrainAsync(reader, body, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>Waits for lines, or for the time to show that the line is alive.</summary>
    private static async ValueTask<bool> NextAsync(
        FeedReader reader, TimeProvider time, CancellationToken cancellation)
    {
        using var pause = new CancellationTokenSource(KeepAlive, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(pause.Token, cancellation);
        try
        {
            return await reader.WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return !cancellation.IsCancellationRequested;
        }
    }

    private static async Task DrainAsync(FeedReader reader, PipeWriter body, CancellationToken cancellation)
    {
        bool any = false;
        while (reader.TryRead(out FeedLine line))
        {
            any = true;
            if (line.LostBefore > 0) WriteLost(body, line.LostBefore);
            WriteLine(body, line);
            if (body.CanGetUnflushedBytes && body.UnflushedBytes >= FlushEveryBytes)
                await body.FlushAsync(cancellation).ConfigureAwait(false);
        }

        long lost = reader.TakeLost();
        if (lost > 0) WriteLost(body, lost);
        if (!any && lost == 0) body.Write(": keep-alive\n\n"u8);
        await body.FlushAsync(cancellation).ConfigureAwait(false);
    }

    private static void WriteLine(PipeWriter body, FeedLine line)
    {
        body.Write("id: "u8);
        Span<byte> number = body.GetSpan(20);
        line.Seq.TryFormat(number, out int length, provider: CultureInfo.InvariantCulture);
        body.Advance(length);
        body.Write("\ndata: "u8);
        body.Write(line.Line.Span);
        body.Write("\n\n"u8);
    }

    private static void WriteLost(PipeWriter body, long lost) => body.Write(
        Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"event: lost\ndata: {{\"lost\":{lost}}}\n\n")));
}
