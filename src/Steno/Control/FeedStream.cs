using System.Buffers;
using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Steno.Control;

/// <summary>
/// The live feed as server-sent events. A line is <c>id: SEQ</c> and <c>data: LINE</c> (a journal line holds
/// no line break); a loss is <c>event: lost</c> with <c>data: {"lost":N}</c>, in its place among the lines.
/// </summary>
internal static class FeedStream
{
    /// <summary>Often enough to notice a reader that is gone while nobody speaks.</summary>
    private static readonly TimeSpan KeepAlive = TimeSpan.FromSeconds(15);

    /// <summary>
    /// Unsent bytes after which the writer waits for the reader, and the reader's queue fills.
    /// </summary>
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
        try
        {
            await context.Response.StartAsync(context.RequestAborted).ConfigureAwait(false);
            // At once, so that a client that has read the header knows that it will miss nothing from here
            // on.
            await SendAsync(": listening\n\n"u8.ToArray(), context).ConfigureAwait(false);
            while (await NextAsync(reader, time, context.RequestAborted).ConfigureAwait(false))
                await DrainAsync(reader, context).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            // The reader has gone.
        }
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

    /// <summary>Each piece is put together here and not in the response's own buffer, which is taken away
    /// from under the writer when the reader goes.</summary>
    private static async Task DrainAsync(FeedReader reader, HttpContext context)
    {
        ArrayBufferWriter<byte> events = new();
        while (reader.TryRead(out FeedLine line))
        {
            if (line.LostBefore > 0) WriteLost(events, line.LostBefore);
            WriteLine(events, line);
            if (events.WrittenCount < FlushEveryBytes) continue;
            await SendAsync(events.WrittenMemory, context).ConfigureAwait(false);
            events.ResetWrittenCount();
        }

        long lost = reader.TakeLost();
        if (lost > 0) WriteLost(events, lost);
        if (events.WrittenCount == 0) events.Write(": keep-alive\n\n"u8);
        await SendAsync(events.WrittenMemory, context).ConfigureAwait(false);
    }

    private static async Task SendAsync(ReadOnlyMemory<byte> events, HttpContext context)
    {
        await context.Response.Body.WriteAsync(events, context.RequestAborted).ConfigureAwait(false);
        await context.Response.Body.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    private static void WriteLine(ArrayBufferWriter<byte> events, FeedLine line)
    {
        events.Write("id: "u8);
        Span<byte> number = events.GetSpan(20);
        line.Seq.TryFormat(number, out int length, provider: CultureInfo.InvariantCulture);
        events.Advance(length);
        events.Write("\ndata: "u8);
        events.Write(line.Line.Span);
        events.Write("\n\n"u8);
    }

    private static void WriteLost(ArrayBufferWriter<byte> events, long lost) => events.Write(
        Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture, $"event: lost\ndata: {{\"lost\":{lost}}}\n\n")));
}
