using Microsoft.Extensions.Logging;

namespace Steno.Terminal;

/// <summary>
/// Makes loggers that write to a screen, one line per event: time, level, id, text. What a daemon says. Safe
/// on any thread; texts are escaped, for they may name what a peer sent.
/// </summary>
internal sealed class StandardErrorLoggers(Screen screen, TimeProvider time, LogLevel least = LogLevel.Information)
    : ILoggerFactory
{
    private readonly Lock _writing = new();

    public ILogger CreateLogger(string categoryName) => new Logger(this);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    private void Write(LogLevel level, EventId id, string text, Exception? exception)
    {
        lock (_writing)
        {
            try
            {
                screen.Line($"{time.GetUtcNow().UtcDateTime:yyyy-MM-dd'T'HH:mm:ss.fff'Z'} {Name(level)} {id.Id} {text}");
                if (exception is not null) screen.Lines(exception.ToString(), "  ");
                screen.Flush();
            }
            catch (OutputClosedException)
            {
                // Nobody listens to the log: no reason to stop recording.
            }
        }
    }

    private static Styled Name(LogLevel level) => level switch
    {
        LogLevel.Critical or LogLevel.Error => Styled.Bad("error"),
        LogLevel.Warning => Styled.Warning("warn "),
        LogLevel.Information => Styled.Faint("info "),
        _ => Styled.Faint("debug"),
    };

    private sealed class Logger(StandardErrorLoggers to) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= to.Least && logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (IsEnabled(logLevel)) to.Write(logLevel, eventId, formatter(state, exception), exception);
        }
    }

    private LogLevel Least { get; } = least;
}
