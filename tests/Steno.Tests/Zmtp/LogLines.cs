using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Steno.Tests.Zmtp;

/// <summary>Keeps what is logged, from Information on, as lines of "LEVEL ID TEXT".</summary>
internal sealed class LogLines : ILogger, ILoggerFactory
{
    private readonly ConcurrentQueue<string> _lines = new();

    public IReadOnlyList<string> Warnings =>
        [.. _lines.Where(line => !line.StartsWith("Information", StringComparison.Ordinal))];

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public void Dispose()
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (IsEnabled(logLevel)) _lines.Enqueue($"{logLevel} {eventId.Id} {formatter(state, exception)}");
    }
}
