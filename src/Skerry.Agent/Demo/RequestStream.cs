using System.Diagnostics;

namespace Skerry.Agent.Demo;

/// <summary>A steady stream of GET requests, and what became of each.</summary>
/// <param name="target">Where they go.</param>
internal sealed class RequestStream(Uri target) : IAsyncDisposable
{
    /// <summary>Together 200 requests a second.</summary>
    private const int Clients = 4;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(20);

    /// <summary>A client that has to wait longer would call it failed.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
    private CancellationTokenSource _stopping = new();
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, long> _answeredBy = new(StringComparer.Ordinal);
    private Task _clients = Task.CompletedTask;
    private long _sent;
    private long _failed;
    private long _slowest;
    private string? _firstFailure;

    /// <summary>Requests answered or given up.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    /// <summary>Those that did not get a 200.</summary>
    public long Failed => Interlocked.Read(ref _failed);

    /// <summary>What the first of them got.</summary>
    public string? FirstFailure => Volatile.Read(ref _firstFailure);

    /// <summary>Begins, or goes on after a pause.</summary>
    public void Start()
    {
        if (_stopping.IsCancellationRequested) _stopping = new CancellationTokenSource();
        _clients = Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(RunAsync)));
    }

    /// <summary>Sends no more, and gives up what is under way without counting it.</summary>
    public async Task PauseAsync()
    {
        await _stopping.CancelAsync();
        await _clients;
    }

    /// <summary>Answers of each node so far.</summary>
    public long AnsweredBy(string node)
    {
        lock (_gate) return _answeredBy.GetValueOrDefault(node);
    }

    /// <summary>The slowest answer since the last call.</summary>
    public TimeSpan TakeSlowest() => TimeSpan.FromTicks(Interlocked.Exchange(ref _slowest, 0));

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _clients;
        _http.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync()
    {
        using var pace = new PeriodicTimer(Interval);
        while (!_stopping.IsCancellationRequested)
        {
            var started = Stopwatch.GetTimestamp();
            var failure = await SendAsync();
            if (_stopping.IsCancellationRequested) return;
            var took = Stopwatch.GetElapsedTime(started).Ticks;
            InterlockedMax(ref _slowest, took);
            if (failure is not null && Interlocked.Increment(ref _failed) == 1) Volatile.Write(ref _firstFailure, failure);
            Interlocked.Increment(ref _sent);
            await pace.WaitForNextTickAsync();
        }
    }

    /// <summary>Null when all went well, what went wrong otherwise.</summary>
    private async Task<string?> SendAsync()
    {
        try
        {
            using var answer = await _http.GetAsync(target, _stopping.Token);
            var body = await answer.Content.ReadAsStringAsync(_stopping.Token);
            if (!answer.IsSuccessStatusCode) return $"{(int)answer.StatusCode} {body.Trim()}";
            if (!answer.Headers.TryGetValues(DemoService.NodeHeader, out var nodes)) return "an answer that is not the service's";
            lock (_gate) _answeredBy[nodes.First()] = _answeredBy.GetValueOrDefault(nodes.First()) + 1;
            return null;
        }
        catch (HttpRequestException refused)
        {
            return refused.InnerException?.Message ?? refused.Message;
        }
        catch (OperationCanceledException)
        {
            return $"no answer within {Patience.TotalSeconds:0} s";
        }
    }

    private static void InterlockedMax(ref long target, long value)
    {
        var seen = Interlocked.Read(ref target);
        while (value > seen)
        {
            var before = Interlocked.CompareExchange(ref target, value, seen);
            if (before == seen) return;
            seen = before;
        }
    }
}
