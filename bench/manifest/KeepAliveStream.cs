using System.Diagnostics;

using Skerry.Api.Etcd.Wire;

namespace Skerry.Bench.Manifest;

/// <summary>One stream that keeps many leases alive: all are asked for at once, as a client with many leases does at its interval.</summary>
internal sealed class KeepAliveStream(int expected) : IStreamListener
{
    private readonly TaskCompletionSource _done = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly long _began = Stopwatch.GetTimestamp();

    /// <summary>Milliseconds until each was answered.</summary>
    public List<double> Latencies { get; } = [];

    public int Errors { get; private set; }

    public static async Task<KeepAliveStream> RunAsync(ServerProcess server, int first, int step, int last)
    {
        using var connection = await Http2Connection.OpenAsync(server.Client, CancellationToken.None);
        var listener = new KeepAliveStream(((last - first) / step) + 1);
        var stream = connection.Begin(Methods.KeepAlive, new LeaseKeepAliveRequest { ID = first }, listener, isLast: false);
        connection.Flush();
        for (var id = first + step; id <= last; id += step)
        {
            connection.Say(stream, new LeaseKeepAliveRequest { ID = id });
            // A few at a time, so that what a server takes in at once is not exceeded.
            if (id / step % 100 != 0) continue;
            connection.Flush();
            await Task.Yield();
        }

        connection.Flush();
        await listener._done.Task.WaitAsync(TimeSpan.FromSeconds(60));
        return listener;
    }

    public void Message(Http2Connection connection, int stream, ReadOnlySpan<byte> message)
    {
        Latencies.Add(Stopwatch.GetElapsedTime(_began).TotalMilliseconds);
        if (LeaseKeepAliveResponse.Parser.ParseFrom(message).TTL <= 0) Errors++;
        if (Latencies.Count == expected) _done.TrySetResult();
    }

    public void Ended(Http2Connection connection, int stream, bool hasAnswered) => _done.TrySetException(new IOException("The stream of renewals has ended."));
}
