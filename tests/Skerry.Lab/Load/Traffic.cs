using System.Diagnostics;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace Skerry.Lab.Load;

/// <summary>
/// What users of a service that gives back what it gets would notice: one connection that lives on, a message back and forth in it without end, and beside it
/// short ones, one after the other. A byte that comes back other than it went ends the connection as broken.
/// </summary>
/// <param name="openAsync">Makes a connection.</param>
/// <param name="endAsync">Says in it that nothing more will be written.</param>
internal sealed class Traffic(Func<CancellationToken, Task<Stream>> openAsync, Func<Stream, CancellationToken, ValueTask> endAsync)
{
    private const int MessageLength = 256;
    private const int RequestLength = 4096;

    /// <summary>How long a client waits for its answer.</summary>
    private static readonly TimeSpan RequestPatience = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private TrafficFigures _figures = new();
    private long _underway;

    /// <summary>Since the last mark.</summary>
    public TrafficFigures Figures
    {
        get
        {
            lock (_gate)
            {
                var waiting = _underway == 0 ? 0 : Stopwatch.GetElapsedTime(_underway).TotalMilliseconds;
                return _figures with { LongestMilliseconds = Math.Max(_figures.LongestMilliseconds, waiting) };
            }
        }
    }

    /// <summary>Counts from here.</summary>
    public void Mark()
    {
        lock (_gate) _figures = new TrafficFigures();
    }

    /// <summary>Runs until cancelled.</summary>
    public Task RunAsync(CancellationToken cancel) => Task.WhenAll(
        RepeatAsync(ExchangeAsync, figures => figures with { Broken = figures.Broken + 1 }, cancel),
        RepeatAsync(RequestAsync, figures => figures with { Failed = figures.Failed + 1 }, cancel));

    private async Task RepeatAsync(Func<CancellationToken, Task> action, Func<TrafficFigures, TrafficFigures> failed, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested)
        {
            try
            {
                await action(cancel);
            }
            catch (Exception e) when (e is IOException or SocketException or OperationCanceledException)
            {
                if (cancel.IsCancellationRequested) return;
                lock (_gate) _figures = failed(_figures) with { LastError = e.Message };
                await Task.Delay(50, CancellationToken.None); // as a client would before it tries again
            }
        }
    }

    private async Task ExchangeAsync(CancellationToken cancel)
    {
        await using var session = await openAsync(cancel);
        var received = new byte[MessageLength];
        while (true)
        {
            var sent = RandomNumberGenerator.GetBytes(MessageLength);
            lock (_gate) _underway = Stopwatch.GetTimestamp();
            await session.WriteAsync(sent, cancel);
            await session.ReadExactlyAsync(received, cancel);
            if (!sent.AsSpan().SequenceEqual(received)) throw new IOException("Other bytes came back.");
            lock (_gate)
            {
                var took = Stopwatch.GetElapsedTime(_underway).TotalMilliseconds;
                _underway = 0;
                _figures = _figures with { Exchanges = _figures.Exchanges + 1, LongestMilliseconds = Math.Max(_figures.LongestMilliseconds, took) };
            }
        }
    }

    private async Task RequestAsync(CancellationToken cancel)
    {
        var start = Stopwatch.GetTimestamp();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(RequestPatience);
        await using var session = await openAsync(limit.Token);
        var sent = RandomNumberGenerator.GetBytes(RequestLength);
        await session.WriteAsync(sent, limit.Token);
        await endAsync(session, limit.Token);
        var received = new MemoryStream();
        await session.CopyToAsync(received, limit.Token);
        if (!received.ToArray().AsSpan().SequenceEqual(sent)) throw new IOException("Another answer came.");
        var took = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        lock (_gate) _figures = _figures with { Requests = _figures.Requests + 1, SlowestMilliseconds = Math.Max(_figures.SlowestMilliseconds, took) };
    }
}
