using System.Diagnostics;

using Google.Protobuf;

namespace Skerry.Bench.Manifest;

/// <summary>Clients on one connection, each with one operation under way: the next is asked as soon as an answer has come, and goes out with the others that were.</summary>
/// <param name="connection">Theirs.</param>
/// <param name="next">Makes the next operation.</param>
internal sealed class Clients(Http2Connection connection, Func<(string Method, IMessage Request)> next) : IStreamListener
{
    private readonly Dictionary<int, long> _asked = [];
    private readonly TaskCompletionSource _idle = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<long> _latencies = [];
    private readonly Lock _gate = new();
    private long _left = long.MaxValue;
    private volatile bool _isOver;
    private volatile bool _isCounting;

    /// <summary>Ticks that each operation took, since <see cref="Count"/>.</summary>
    public IReadOnlyList<long> Latencies
    {
        get
        {
            lock (_gate) return [.. _latencies];
        }
    }

    public int Errors { get; private set; }

    /// <summary>Completes when all that was asked is answered, after <see cref="Stop"/> or the last operation.</summary>
    public Task Idle => _idle.Task;

    /// <param name="clients">How many.</param>
    /// <param name="operations">Of all together, and then they stop.</param>
    public void Start(int clients, long operations = long.MaxValue)
    {
        _left = operations;
        lock (_gate)
        {
            for (var i = 0; i < clients; i++) Ask();
        }

        connection.Flush();
    }

    /// <summary>From here on operations count: warmed up.</summary>
    public void Count() => _isCounting = true;

    public void Stop()
    {
        _isCounting = false;
        _isOver = true;
    }

    void IStreamListener.Message(Http2Connection from, int stream, ReadOnlySpan<byte> message)
    {
        // That there was one is told at the end.
    }

    void IStreamListener.Ended(Http2Connection from, int stream, bool hasAnswered)
    {
        lock (_gate)
        {
            if (!_asked.Remove(stream, out var at)) return;
            if (_isCounting && hasAnswered) _latencies.Add(Stopwatch.GetTimestamp() - at);
            if (!hasAnswered) Errors++;
            Ask();
            if (_asked.Count == 0) _idle.TrySetResult();
        }
    }

    private void Ask()
    {
        if (_isOver || _left-- <= 0) return;
        var (method, request) = next();
        try
        {
            _asked[connection.Begin(method, request, this)] = Stopwatch.GetTimestamp();
        }
        catch (IOException)
        {
            _isOver = true;
        }
    }
}
