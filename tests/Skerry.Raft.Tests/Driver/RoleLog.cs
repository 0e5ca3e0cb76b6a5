using System.Collections.Concurrent;

using Microsoft.Extensions.Logging;

namespace Skerry.Raft.Tests.Driver;

/// <summary>Keeps what a node says of its role, and drops the rest.</summary>
internal sealed class RoleLog : ILoggerFactory, ILogger
{
    private const int RoleChanged = 1204;

    public ConcurrentQueue<string> Messages { get; } = [];

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (eventId.Id == RoleChanged) Messages.Enqueue(formatter(state, exception));
    }

    public void Dispose()
    {
    }
}
