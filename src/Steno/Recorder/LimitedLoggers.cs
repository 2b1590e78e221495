using Microsoft.Extensions.Logging;
using Steno.Zmtp;

namespace Steno.Recorder;

/// <summary>Loggers for the web server of the control socket: lets a few of its warnings through and counts
/// the rest: what clients do must not fill the recorder's log.</summary>
internal sealed class LimitedLoggers(ILoggerFactory loggers, TimeProvider time) : ILoggerFactory
{
    private readonly LogLimit _limit = new(time);

    public ILogger CreateLogger(string categoryName) => new Logger(loggers.CreateLogger(categoryName), _limit);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    /// <summary>The loggers behind belong to somebody else.</summary>
    public void Dispose()
    {
    }

    private sealed class Logger(ILogger to, LogLimit limit) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Warning && to.IsEnabled(logLevel);

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter)
        {
            if (!IsEnabled(logLevel) || !limit.Allow(eventId.Id, out string more)) return;
            to.Log(logLevel, eventId, state, exception, (s, e) => $"Control socket: {formatter(s, e)}{more}");
        }
    }
}
