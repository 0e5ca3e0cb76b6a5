using System.Collections.Concurrent;

using Microsoft.Extensions.Logging;

namespace Skerry.Agent.Tests.Adapters;

/// <summary>A log that keeps what it hears.</summary>
internal sealed class LogLines : ILogger
{
    private readonly ConcurrentQueue<string> _heard = new();

    public IReadOnlyList<string> Heard => [.. _heard];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _heard.Enqueue(formatter(state, exception));
}
