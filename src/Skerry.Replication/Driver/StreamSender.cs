using Microsoft.Extensions.Logging;

namespace Skerry.Replication.Driver;

/// <summary>Sends what no datagram holds, beside the driver's loop. Bounded: what finds too many under way is dropped and left to the next comparison.</summary>
internal sealed class StreamSender(IReplicationTransport transport, ReplicationMetrics metrics, ILogger logger) : IAsyncDisposable
{
    /// <summary>A message holds up to a MiB of records, so this bounds what waits at 32 MiB.</summary>
    private const int MaxUnderWay = 32;

    private readonly Lock _gate = new();
    private readonly HashSet<Task> _underWay = [];
    private readonly CancellationTokenSource _stopping = new();

    public void Send(string peer, byte[] message)
    {
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested) return;
            if (_underWay.Count >= MaxUnderWay)
            {
                metrics.Unsent();
                return;
            }

            var sending = SendAsync(peer, message, _stopping.Token);
            if (sending.IsCompleted) return;
            _underWay.Add(sending);
            _ = sending.ContinueWith(Ended, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Task[] underWay;
        lock (_gate)
        {
            _stopping.Cancel();
            underWay = [.. _underWay];
        }

        await Task.WhenAll(underWay);
        _stopping.Dispose();
    }

    private void Ended(Task sending)
    {
        lock (_gate) _underWay.Remove(sending);
    }

    /// <summary>Never fails: a peer that is not reached is a fact, not an error.</summary>
    private async Task SendAsync(string peer, byte[] message, CancellationToken cancellation)
    {
        // The caller holds the core's lock: whatever the transport does, it does it elsewhere.
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        try
        {
            if (await transport.SendStreamAsync(peer, message, cancellation)) return;
            metrics.Unsent();
            ReplicationLog.StreamFailed(logger, peer, message.Length, null);
        }
        catch (Exception failed) when (!cancellation.IsCancellationRequested)
        {
            metrics.Unsent();
            ReplicationLog.StreamFailed(logger, peer, message.Length, failed);
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }
}
