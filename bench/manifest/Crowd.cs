using System.Diagnostics;

using Google.Protobuf;

namespace Skerry.Bench.Manifest;

/// <summary>All clients of a load.</summary>
internal sealed class Crowd : IAsyncDisposable
{
    private readonly List<(Http2Connection Connection, Clients Clients, int Count)> _parts = [];

    /// <summary>Completes when all operations are answered.</summary>
    public Task Idle => Task.WhenAll(_parts.Select(part => part.Clients.Idle));

    /// <param name="cluster">Whom they ask.</param>
    /// <param name="clients">How many.</param>
    /// <param name="each">Clients to a connection, at most.</param>
    /// <param name="next">Makes the next operation of whoever asks.</param>
    public static async Task<Crowd> OpenAsync(Cluster cluster, int clients, int each, Func<(string Method, IMessage Request)> next)
    {
        var leader = await cluster.LeaderAsync();
        ServerProcess[] servers = cluster.IsAskedAtLeader ? [leader] : [leader, .. cluster.Servers.Take(3).Where(server => server != leader)];
        // As many to each server as can be.
        var connections = Math.Min(clients, (Math.Max(1, clients / each) + servers.Length - 1) / servers.Length * servers.Length);
        var crowd = new Crowd();
        for (var i = 0; i < connections; i++)
        {
            var connection = await Http2Connection.OpenAsync(servers[i % servers.Length].Client, CancellationToken.None);
            crowd._parts.Add((connection, new Clients(connection, next), (clients / connections) + (i < clients % connections ? 1 : 0)));
        }

        return crowd;
    }

    public void Start()
    {
        foreach (var (_, clients, count) in _parts) clients.Start(count);
    }

    public void Start(int operations)
    {
        for (var i = 0; i < _parts.Count; i++) _parts[i].Clients.Start(_parts[i].Count, (operations / _parts.Count) + (i < operations % _parts.Count ? 1 : 0));
    }

    public void Count()
    {
        foreach (var (_, clients, _) in _parts) clients.Count();
    }

    public void Stop()
    {
        foreach (var (_, clients, _) in _parts) clients.Stop();
    }

    public Sample Measure(TimeSpan elapsed, double cpuSeconds, TimeSpan own)
    {
        var latencies = _parts.SelectMany(part => part.Clients.Latencies).Order().ToArray();
        var count = Math.Max(1, latencies.Length);
        return new Sample(
            latencies.Length / elapsed.TotalSeconds, At(latencies, 0.5), At(latencies, 0.99), cpuSeconds * 1e6 / count, own.TotalMicroseconds / count, _parts.Sum(part => part.Clients.Errors));
    }

    public async ValueTask DisposeAsync()
    {
        Stop();
        await Task.WhenAny(Idle, Task.Delay(TimeSpan.FromSeconds(10)));
        foreach (var (connection, _, _) in _parts) connection.Dispose();
    }

    private static double At(long[] sorted, double share) =>
        sorted.Length == 0 ? double.NaN : Stopwatch.GetElapsedTime(0, sorted[(int)(sorted.Length * share)]).TotalMilliseconds;
}
