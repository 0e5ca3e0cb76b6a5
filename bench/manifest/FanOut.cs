using System.Diagnostics;

using Google.Protobuf;

using Skerry.Api.Etcd.Wire;

namespace Skerry.Bench.Manifest;

/// <summary>Many watchers of one key, each on a stream of its own, spread over the servers: a change is made when all have seen the one before.</summary>
internal sealed class FanOut : IStreamListener, IDisposable
{
    private readonly List<Http2Connection> _connections = [];
    private readonly ByteString _key = ByteString.CopyFromUtf8("watched");
    private readonly int _watchers;
    private TaskCompletionSource _all = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _seen;
    private int _lost;

    private FanOut(int watchers) => _watchers = watchers;

    /// <summary>An operation is a watcher's seeing a change; the latency is from asking for it to the last watcher's seeing it.</summary>
    public static async Task<Sample> RunAsync(Cluster cluster, int watchers, TimeSpan duration)
    {
        using var fan = new FanOut(watchers);
        await fan.OpenAsync(cluster);
        var writer = await Http2Connection.OpenAsync((await cluster.LeaderAsync()).Client, CancellationToken.None);
        fan._connections.Add(writer);
        await fan.ChangeAsync(writer, duration / 4);
        var (began, cpu, own) = (Stopwatch.GetTimestamp(), cluster.CpuSeconds, Environment.CpuUsage.TotalTime);
        var latencies = await fan.ChangeAsync(writer, duration);
        var elapsed = Stopwatch.GetElapsedTime(began).TotalSeconds;
        latencies.Sort();
        var count = (double)latencies.Count * watchers;
        return new Sample(count / elapsed, latencies[latencies.Count / 2], latencies[latencies.Count * 99 / 100], (cluster.CpuSeconds - cpu) * 1e6 / count,
            (Environment.CpuUsage.TotalTime - own).TotalMicroseconds / count, fan._lost);
    }

    public void Message(Http2Connection connection, int stream, ReadOnlySpan<byte> message)
    {
        // The answer to a watcher's making has no events; every other one is of the one change under way.
        if (Interlocked.Increment(ref _seen) == _watchers) _all.TrySetResult();
    }

    public void Ended(Http2Connection connection, int stream, bool hasAnswered) => Interlocked.Increment(ref _lost);

    public void Dispose()
    {
        foreach (var connection in _connections) connection.Dispose();
    }

    private async Task OpenAsync(Cluster cluster)
    {
        for (var i = 0; i < _watchers; i++)
        {
            if (i % 30 == 0) _connections.Add(await Http2Connection.OpenAsync(cluster.Servers[i / 30 % 3].Client, CancellationToken.None));
            _connections[^1].Begin(Methods.Watch, new WatchRequest { CreateRequest = new WatchCreateRequest { Key = _key } }, this, isLast: false);
            _connections[^1].Flush();
        }

        await _all.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    private async Task<List<double>> ChangeAsync(Http2Connection writer, TimeSpan duration)
    {
        var latencies = new List<double>();
        var value = ByteString.CopyFrom(new byte[256]);
        for (var began = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(began) < duration;)
        {
            (_seen, _all) = (0, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
            var at = Stopwatch.GetTimestamp();
            await writer.AskAsync(Methods.Put, new PutRequest { Key = _key, Value = value }, PutResponse.Parser, CancellationToken.None);
            await _all.Task.WaitAsync(TimeSpan.FromSeconds(30));
            latencies.Add(Stopwatch.GetElapsedTime(at).TotalMilliseconds);
        }

        return latencies;
    }
}
