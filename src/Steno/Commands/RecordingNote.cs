using Steno.Control;

namespace Steno.Commands;

/// <summary>
/// What a reader of old messages should know: that no new ones are written. The journal itself cannot tell a
/// pause from a recorder that died.
/// </summary>
internal static class RecordingNote
{
    /// <summary>A frozen recorder shall not hold up who only reads.</summary>
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(1);

    /// <summary>Why nothing is recorded now, and what is known to be missing; null when all is well.</summary>
    public static async Task<(string? NotRecording, string? Missing)> LookAsync(
        string logs, CommandHints hints, CancellationToken cancellation)
    {
        using var client = new ControlClient(logs, Deadline);
        ControlReply reply = await client.StatusAsync(cancellation).ConfigureAwait(false);
        return (reply.Status is { Recording: true } ? null : hints.In(reply.Explanation), VerdictNote.Missing(reply.Status, logs));
    }
}
