using System.Threading.Channels;

using Microsoft.Extensions.Logging;

namespace Skerry.Agent.Logging;

/// <summary>
/// Where the lines of all parts meet: written to one output by one task, and to whoever watches. A slow output costs lines, counted, never time:
/// an agent must not stop because nobody reads its log.
/// </summary>
internal sealed class LogBook : ILoggerProvider, IAsyncDisposable
{
    /// <summary>About a second of the busiest debug log.</summary>
    private const int QueueLength = 8192;

    private readonly TextWriter _output;
    private readonly bool _colours;
    private readonly TimeProvider _time;
    private readonly Channel<LogLine> _queue;
    private readonly Task _writer;
    private readonly Lock _gate = new();
    private Watcher[] _watchers = [];
    private long _dropped;
    private volatile Settings _settings;

    /// <param name="output">Written to by this object alone.</param>
    /// <param name="colours">Whether the output understands them.</param>
    /// <param name="threshold">The least important level written.</param>
    /// <param name="format">How lines are written.</param>
    /// <param name="time">Wall time.</param>
    public LogBook(TextWriter output, bool colours, LogThreshold threshold, LogFormat format, TimeProvider time)
    {
        _output = output;
        _colours = colours;
        _time = time;
        _settings = new Settings(LevelOf(threshold), format);
        _queue = Channel.CreateBounded<LogLine>(
            new BoundedChannelOptions(QueueLength) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true },
            _ => Interlocked.Increment(ref _dropped));
        _writer = Task.Run(WriteAsync);
    }

    /// <summary>Lines that the output was too slow for.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    public static LogLevel LevelOf(LogThreshold threshold) => (LogLevel)threshold;

    /// <summary>Changes what is written from now on.</summary>
    public void Change(LogThreshold threshold, LogFormat format) => _settings = new Settings(LevelOf(threshold), format);

    public ILogger CreateLogger(string categoryName) => new PartLogger(this, categoryName);

    public bool IsEnabled(LogLevel level)
    {
        if (level >= _settings.Level) return true;
        foreach (var watcher in Volatile.Read(ref _watchers))
        {
            if (level >= watcher.Level) return true;
        }

        return false;
    }

    public void Write(LogLevel level, string part, EventId eventId, string message, IReadOnlyList<KeyValuePair<string, object?>> fields)
    {
        var line = new LogLine(_time.GetUtcNow(), level, part, eventId.Name ?? "", message, fields);
        if (level >= _settings.Level) _queue.Writer.TryWrite(line);
        foreach (var watcher in Volatile.Read(ref _watchers))
        {
            if (level >= watcher.Level) watcher.Lines.Writer.TryWrite(line);
        }
    }

    /// <summary>Lines from now on at or above a level, whatever the output's own level is; a slow watcher misses lines.</summary>
    public IAsyncEnumerable<LogLine> WatchAsync(LogThreshold threshold, CancellationToken cancellation)
    {
        var watcher = new Watcher(LevelOf(threshold));
        lock (_gate) _watchers = [.. _watchers, watcher];
        return ReadAsync(watcher, cancellation);
    }

    /// <summary>Writes what is queued, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _writer.ConfigureAwait(false);
    }

    void IDisposable.Dispose() => _queue.Writer.TryComplete();

    private async IAsyncEnumerable<LogLine> ReadAsync(Watcher watcher, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        try
        {
            await foreach (var line in watcher.Lines.Reader.ReadAllAsync(cancellation).ConfigureAwait(false)) yield return line;
        }
        finally
        {
            lock (_gate) _watchers = [.. _watchers.Where(other => other != watcher)];
        }
    }

    private async Task WriteAsync()
    {
        try
        {
            while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
            {
                while (_queue.Reader.TryRead(out var line))
                {
                    var text = _settings.Format == LogFormat.Json ? LogLineText.Json(line) : LogLineText.Human(line, _colours);
                    await _output.WriteLineAsync(text).ConfigureAwait(false);
                }

                await _output.FlushAsync().ConfigureAwait(false);
            }
        }
        catch (Exception gone) when (gone is IOException or ObjectDisposedException)
        {
            // The reader of the log went away; the agent goes on without one.
            _settings = _settings with { Level = LogLevel.None };
        }
    }

    private sealed record Settings(LogLevel Level, LogFormat Format);

    private sealed record Watcher(LogLevel Level)
    {
        public Channel<LogLine> Lines { get; } =
            Channel.CreateBounded<LogLine>(new BoundedChannelOptions(QueueLength) { FullMode = BoundedChannelFullMode.DropWrite });
    }
}
