using Microsoft.Extensions.Logging;

namespace Steno.Recorder;

/// <summary>What the recorder logs. Ids 1500 to 1899; they are an API, and are never given twice.</summary>
internal static partial class RecorderLog
{
    [LoggerMessage(1500, LogLevel.Critical, "RECORDING HAS STOPPED: {Reason}")]
    public static partial void RecordingStopped(ILogger logger, string reason, Exception exception);

    [LoggerMessage(1501, LogLevel.Warning, "{Note}")]
    public static partial void Recovered(ILogger logger, string note);

    [LoggerMessage(1502, LogLevel.Information, "Stopping: {Reason}. What was received is being written.")]
    public static partial void Stopping(ILogger logger, string reason);

    [LoggerMessage(1504, LogLevel.Error, "{What}")]
    public static partial void JournalMended(ILogger logger, string what);

    [LoggerMessage(1505, LogLevel.Information, "Stopped while the journal was being opened: {Reason}. The next start goes on.")]
    public static partial void StoppedWhileOpening(ILogger logger, string reason);

    [LoggerMessage(1503, LogLevel.Information, "Stopped in good order at line {Seq}.")]
    public static partial void Stopped(ILogger logger, long seq);

    [LoggerMessage(1507, LogLevel.Error, "Stopped, and not all is recorded that was received: {Problem}")]
    public static partial void StoppedShort(ILogger logger, string problem);

    [LoggerMessage(1506, LogLevel.Error, "The journal could not be closed in good order: {Reason} {Hint}")]
    public static partial void CloseFailed(ILogger logger, string reason, string hint);

    [LoggerMessage(1510, LogLevel.Information, "Checkpoint {Id}: {Lines} lines, up to line {Seq}.")]
    public static partial void CheckpointMade(ILogger logger, string id, long lines, long seq);

    [LoggerMessage(1511, LogLevel.Error, "No checkpoint could be made: {Reason} {Hint}")]
    public static partial void CheckpointFailed(ILogger logger, string reason, string hint);

    [LoggerMessage(1512, LogLevel.Warning, "What no checkpoint needs any more stays on the disk: {Reason}")]
    public static partial void CollectionFailed(ILogger logger, string reason);

    [LoggerMessage(1513, LogLevel.Information, "Session {Sealed} was sealed at line {Seq} ({Reason}); session {Child} goes on.")]
    public static partial void Succeeded(ILogger logger, Guid @sealed, long seq, string reason, Guid child);

    [LoggerMessage(1514, LogLevel.Information, "Checkpoint {Checkpoint} is loaded: {Lines} lines in {Elapsed} ms.")]
    public static partial void Loaded(ILogger logger, string checkpoint, long lines, long elapsed);

    [LoggerMessage(1515, LogLevel.Warning, "What was built for a load stays on the disk until the next start: {Reason}")]
    public static partial void UndoFailed(ILogger logger, string reason);

    [LoggerMessage(1523, LogLevel.Error, "What is said now would not be recorded: {Reason}")]
    public static partial void TrialFailed(ILogger logger, string reason);

    [LoggerMessage(1524, LogLevel.Information, "The disk takes what is said again.")]
    public static partial void TrialPassed(ILogger logger);

    [LoggerMessage(1521, LogLevel.Warning, "The journal cannot be checked: {Reason} {Hint}")]
    public static partial void CheckFailed(ILogger logger, string reason, string hint);

    [LoggerMessage(1522, LogLevel.Warning, "session.json cannot be brought up to date: {Reason} {Hint}")]
    public static partial void VouchFailed(ILogger logger, string reason, string hint);
}
