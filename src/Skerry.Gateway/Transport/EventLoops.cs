using Microsoft.Extensions.Logging;

namespace Skerry.Gateway.Transport;

/// <summary>One loop for each core this process may use; sockets are dealt out in turn.</summary>
internal sealed class EventLoops : IDisposable
{
    private readonly EventLoop[] _loops;
    private uint _next;

    public EventLoops(int count, ILogger logger) => _loops = [.. Enumerable.Range(0, count).Select(index => new EventLoop(index, logger))];

    public int Count => _loops.Length;

    /// <summary>The next in turn.</summary>
    public EventLoop Next() => _loops[Interlocked.Increment(ref _next) % (uint)_loops.Length];

    /// <summary>The loop whose thread this is, so that what belongs together stays on one core; else the next in turn.</summary>
    public EventLoop Here() => EventLoop.Current is { } loop && ReferenceEquals(_loops[Math.Min(loop.Index, _loops.Length - 1)], loop) ? loop : Next();

    public void Dispose()
    {
        foreach (var loop in _loops) loop.Dispose();
    }
}
