using Microsoft.Extensions.Logging;

namespace Skerry.Agent.Logging;

/// <summary>The logger of one category, named after its part: <c>Skerry.Gossip</c> and all below it writes as <c>gossip</c>.</summary>
internal sealed class PartLogger : ILogger
{
    private readonly LogBook _book;
    private readonly string _part;
    private readonly bool _isOwn;

    public PartLogger(LogBook book, string category)
    {
        _book = book;
        _isOwn = category.StartsWith("Skerry.", StringComparison.Ordinal);
        _part = (_isOwn ? category.Split('.')[1] : category.Split('.')[^1]).ToLowerInvariant();
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    /// <summary>What the web framework says in passing is of use to who debugs it only: from it, warnings and worse.</summary>
    public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None && (_isOwn || logLevel >= LogLevel.Warning) && _book.IsEnabled(logLevel);

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (!IsEnabled(logLevel)) return;
        var message = formatter(state, exception);
        if (exception is not null) message += logLevel >= LogLevel.Error ? $": {exception}" : $": {exception.Message}";
        _book.Write(logLevel, _part, eventId, message, state as IReadOnlyList<KeyValuePair<string, object?>> ?? []);
    }
}
