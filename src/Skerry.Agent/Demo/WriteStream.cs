using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;

namespace Skerry.Agent.Demo;

/// <summary>A steady stream of writes to the keys of a site, and which of them were acknowledged.</summary>
/// <param name="nodes">Where the site's agents answer. A writer that gets no answer turns to the next one with the same key, as any client would.</param>
internal sealed class WriteStream(IReadOnlyList<IPEndPoint> nodes) : IAsyncDisposable
{
    /// <summary>What all its keys begin with.</summary>
    public const string Prefix = "demo/";

    /// <summary>Together some 300 writes a second.</summary>
    private const int Writers = 3;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <summary>A writer that has to wait longer turns to another node.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false }) { Timeout = Patience };
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentQueue<(string Key, long Sent, long Answered)> _acknowledged = new();
    private Task _writers = Task.CompletedTask;

    /// <summary>How many writes were acknowledged.</summary>
    public int Count => _acknowledged.Count;

    /// <summary>The keys whose write was acknowledged.</summary>
    public IEnumerable<string> Keys => _acknowledged.Select(one => one.Key);

    public void Start() => _writers = Task.WhenAll(Enumerable.Range(0, Writers).Select(writer => Task.Run(() => RunAsync(writer))));

    /// <summary>Writes no more; what is under way comes to its end.</summary>
    public async Task StopAsync()
    {
        await _stopping.CancelAsync();
        await _writers;
    }

    /// <summary>Waits for the first acknowledgement of a write that was sent after a moment.</summary>
    /// <returns>How long after that moment it came; null: none within the patience.</returns>
    public async Task<TimeSpan?> NextAsync(long since, TimeSpan patience, CancellationToken cancellation)
    {
        while (Stopwatch.GetElapsedTime(since) < patience)
        {
            var next = _acknowledged.Where(one => one.Sent > since).Select(one => one.Answered).DefaultIfEmpty(long.MaxValue).Min();
            if (next < long.MaxValue) return Stopwatch.GetElapsedTime(since, next);
            await Task.Delay(10, cancellation);
        }

        return null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _http.Dispose();
        _stopping.Dispose();
    }

    private async Task RunAsync(int writer)
    {
        using var pace = new PeriodicTimer(Interval);
        var (node, number) = (writer, 0);
        while (!_stopping.IsCancellationRequested)
        {
            var key = string.Create(CultureInfo.InvariantCulture, $"{Prefix}{writer}/{number}");
            var sent = Stopwatch.GetTimestamp();
            if (await WriteAsync(nodes[node % nodes.Count], key))
            {
                _acknowledged.Enqueue((key, sent, Stopwatch.GetTimestamp()));
                number++;
            }
            else
            {
                node++;
            }

            await pace.WaitForNextTickAsync();
        }
    }

    private async Task<bool> WriteAsync(IPEndPoint node, string key)
    {
        try
        {
            using var content = new StringContent(key);
            using var answer = await _http.PutAsync(new Uri($"http://{node}/v1/kv/{key}"), content);
            return answer.IsSuccessStatusCode && (await answer.Content.ReadAsStringAsync()).Trim() == "true";
        }
        catch (Exception unanswered) when (unanswered is HttpRequestException or OperationCanceledException)
        {
            return false;
        }
    }
}
