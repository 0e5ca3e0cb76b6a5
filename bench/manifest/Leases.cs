using System.Diagnostics;

using Skerry.Api.Etcd.Wire;

namespace Skerry.Bench.Manifest;

/// <summary>Leases by the ten thousand: granted, kept alive once each over one stream a server, revoked.</summary>
internal static class Leases
{
    private const int Clients = 100;

    public static async Task<(Sample Granted, Sample Kept, Sample Revoked)> RunAsync(Cluster cluster, int leases)
    {
        var (grant, revoke) = (0L, 0L);
        var granted = await new Load("grant", Clients, () => (Methods.Grant, new LeaseGrantRequest { ID = Interlocked.Increment(ref grant), TTL = 600 })).RunAsync(cluster, leases);
        var kept = await KeepAliveAsync(cluster, leases);
        var revoked = await new Load("revoke", Clients, () => (Methods.Revoke, new LeaseRevokeRequest { ID = Interlocked.Increment(ref revoke) })).RunAsync(cluster, leases);
        return (granted, kept, revoked);
    }

    private static async Task<Sample> KeepAliveAsync(Cluster cluster, int leases)
    {
        var (began, cpu, own) = (Stopwatch.GetTimestamp(), cluster.CpuSeconds, Environment.CpuUsage.TotalTime);
        var streams = await Task.WhenAll(Enumerable.Range(0, 3).Select(i => KeepAliveStream.RunAsync(cluster.Servers[i], first: 1 + i, step: 3, leases)));
        var latencies = streams.SelectMany(stream => stream.Latencies).Order().ToList();
        return new Sample(leases / Stopwatch.GetElapsedTime(began).TotalSeconds, latencies[latencies.Count / 2], latencies[latencies.Count * 99 / 100],
            (cluster.CpuSeconds - cpu) * 1e6 / leases, (Environment.CpuUsage.TotalTime - own).TotalMicroseconds / leases, streams.Sum(stream => stream.Errors));
    }
}
