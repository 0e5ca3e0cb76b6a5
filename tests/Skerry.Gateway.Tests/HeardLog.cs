using System.Collections.Concurrent;

using Microsoft.Extensions.Logging;

namespace Skerry.Gateway.Tests;

/// <summary>A log that a test can wait on.</summary>
internal sealed class HeardLog : ILoggerFactory, ILogger
{
    private readonly ConcurrentQueue<string> _lines = [];
    private readonly SemaphoreSlim _added = new(0);

    public IReadOnlyList<string> Heard => [.. _lines];

    public async Task UntilAsync(string words)
    {
        while (!_lines.Any(line => line.Contains(words, StringComparison.Ordinal)))
        {
            var came = await _added.WaitAsync(TimeSpan.FromSeconds(30));
            Assert.True(came, $"Waited 30 s for a line with '{words}'. There were:\n{string.Join('\n', _lines)}");
        }
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
        // This is the only one.
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Information;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) return;
        _lines.Enqueue(formatter(state, exception) + exception);
        _added.Release();
    }

    public void Dispose() => _added.Dispose();
}
