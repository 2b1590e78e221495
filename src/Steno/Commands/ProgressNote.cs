using Steno.Configuration;
using Steno.Control;
using Steno.Terminal;

namespace Steno.Commands;

/// <summary>
/// Says on a terminal how far long work is, a line every two seconds; nothing of short work, and nothing in a pipe.
/// </summary>
internal sealed class ProgressNote(string what, Screen error, TimeProvider time)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);

    private long _told = time.GetTimestamp();

    public void Tell(long done, long total)
    {
        if (!error.IsTerminal || time.GetElapsedTime(_told) < Interval || total == 0) return;
        _told = time.GetTimestamp();
        error.Line($"{what}: {100 * done / total} % of {ByteSize.Format(total)}");
        error.Flush();
    }

    /// <summary>
    /// Tells meanwhile how far the recorder is with what it was asked for; and, also in a pipe, what it waits for itself when it
    /// does not record: a full disk may let it wait for hours.
    /// </summary>
    public static async Task<T> WhileAsync<T>(string logs, VerbContext context, Func<Task<T>> asked)
    {
        using CancellationTokenSource done = new();
        Task progress = FollowAsync(logs, context, done.Token);
        try
        {
            return await asked().ConfigureAwait(false);
        }
        finally
        {
            await done.CancelAsync().ConfigureAwait(false);
            await progress.ConfigureAwait(false);
        }
    }

    private static async Task FollowAsync(string logs, VerbContext context, CancellationToken cancellation)
    {
        Screen error = context.Error;
        ProgressNote note = new("checkpoint", error, context.Time);
        bool hasTold = false; // once: the sentences count seconds, and would never be the same
        using var client = new ControlClient(logs);
        try
        {
            while (true)
            {
                await Task.Delay(Interval, context.Time, cancellation).ConfigureAwait(false);
                ControlReply reply = await client.StatusAsync(cancellation).ConfigureAwait(false);
                if (reply.Status?.CheckpointProgress is { } progress) note.Tell(progress.DoneBytes, progress.TotalBytes);
                if (hasTold || reply.Status is null or { Recording: true }) continue;
                hasTold = true;
                error.Prose($"{Styled.Warning("Waiting for the recorder, which does not record:")} {reply.Explanation}");
                error.Flush();
            }
        }
        catch (OperationCanceledException)
        {
            // the answer is there
        }
    }
}
