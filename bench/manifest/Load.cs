using System.Diagnostics;

using Google.Protobuf;

namespace Skerry.Bench.Manifest;

/// <summary>A closed loop: so many clients, each with one operation under way, ten or fewer to a connection, the connections spread over the servers, the first to the leader.</summary>
/// <param name="Name">What to call it.</param>
/// <param name="Count">How many clients.</param>
/// <param name="Next">Makes the next operation.</param>
internal sealed record Load(string Name, int Count, Func<(string Method, IMessage Request)> Next)
{
    private const int ClientsAConnection = 10;

    /// <summary>Runs it for a while, a quarter of that before it counts.</summary>
    public async Task<Sample> RunAsync(Cluster cluster, TimeSpan duration)
    {
        await using var crowd = await Crowd.OpenAsync(cluster, Count, ClientsAConnection, Next);
        crowd.Start();
        await Task.Delay(duration / 4);
        var (began, cpu, own) = (Stopwatch.GetTimestamp(), cluster.CpuSeconds, Environment.CpuUsage.TotalTime);
        crowd.Count();
        await Task.Delay(duration);
        var elapsed = Stopwatch.GetElapsedTime(began);
        crowd.Stop();
        return crowd.Measure(elapsed, cluster.CpuSeconds - cpu, Environment.CpuUsage.TotalTime - own);
    }

    /// <summary>Runs so many operations.</summary>
    public async Task<Sample> RunAsync(Cluster cluster, int operations)
    {
        await using var crowd = await Crowd.OpenAsync(cluster, Count, ClientsAConnection, Next);
        var (began, cpu, own) = (Stopwatch.GetTimestamp(), cluster.CpuSeconds, Environment.CpuUsage.TotalTime);
        crowd.Count();
        crowd.Start(operations);
        await crowd.Idle;
        return crowd.Measure(Stopwatch.GetElapsedTime(began), cluster.CpuSeconds - cpu, Environment.CpuUsage.TotalTime - own);
    }
}
