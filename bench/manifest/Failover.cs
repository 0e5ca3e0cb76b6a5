using System.Diagnostics;

using Google.Protobuf;

using Skerry.Api.Etcd.Wire;

namespace Skerry.Bench.Manifest;

/// <summary>From kill -9 of the leader to the first acknowledgement of a write that was asked for after it, under a small load of writes.</summary>
internal static class Failover
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <returns>Seconds.</returns>
    public static async Task<double> RunAsync(Cluster cluster)
    {
        await cluster.UntilReadyAsync();
        // Leaders that were just elected have not seen all of their peers yet.
        await Task.Delay(TimeSpan.FromSeconds(2));
        var leader = await cluster.LeaderAsync();
        var connections = new List<Http2Connection>();
        foreach (var server in cluster.Servers.Where(server => server != leader)) connections.Add(await Http2Connection.OpenAsync(server.Client, CancellationToken.None));
        var first = new FirstAnswer();
        for (var i = 0; i < 20; i++)
        {
            Ask(connections, new FirstAnswer());
            await Task.Delay(Pause);
        }

        // On a crowded machine leadership may have moved meanwhile: then this is no measurement of anything.
        if (await cluster.LeaderAsync() != leader)
        {
            foreach (var connection in connections) connection.Dispose();
            return await RunAsync(cluster);
        }

        leader.Kill();
        var killed = Stopwatch.GetTimestamp();
        while (!first.Task.IsCompleted)
        {
            if (Stopwatch.GetElapsedTime(killed) > Patience) throw new InvalidOperationException($"{cluster.Name} took no write for {Patience}.");
            Ask(connections, first);
            await Task.WhenAny(first.Task, Task.Delay(Pause));
        }

        var elapsed = Stopwatch.GetElapsedTime(killed, await first.Task).TotalSeconds;
        foreach (var connection in connections) connection.Dispose();
        leader.Start();
        await cluster.UntilReadyAsync();
        return elapsed;
    }

    private static void Ask(List<Http2Connection> connections, FirstAnswer answer)
    {
        foreach (var connection in connections)
        {
            connection.Begin(Methods.Put, new PutRequest { Key = ByteString.CopyFromUtf8("failover"), Value = ByteString.CopyFromUtf8("x") }, answer);
            connection.Flush();
        }
    }
}
