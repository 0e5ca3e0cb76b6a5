using Skerry.Libp2p.Core.Reachability;
using Skerry.Primitives;

namespace Skerry.Libp2p.Driver;

/// <summary>Connects to peers of which only hearsay says where they are. Several that want the same peer at once share one try.</summary>
/// <param name="swarm">The connections.</param>
/// <param name="options">How many there may be.</param>
/// <param name="tasks">Own the tries.</param>
/// <param name="time">Measures the head start.</param>
internal sealed class PeerDialer(Swarm swarm, Libp2pOptions options, BackgroundTasks tasks, TimeProvider time)
{
    /// <summary>After so long without an answer the next address is tried beside the last.</summary>
    private static readonly TimeSpan HeadStart = TimeSpan.FromMilliseconds(250);

    private readonly Dictionary<PeerId, Task<Connection>> _tries = [];
    private readonly Lock _gate = new();

    /// <summary>The connection to a peer, made where there is none.</summary>
    /// <exception cref="Libp2pException">It cannot be reached, or there is no room for hearsay: a quarter of all connections is left to others.</exception>
    public async Task<Connection> ConnectAsync(PeerAddresses peer, CancellationToken cancel)
    {
        if (swarm.Connections.Find(peer.Peer) is { } connection) return connection;
        Task<Connection> attempt;
        lock (_gate)
        {
            if (!_tries.TryGetValue(peer.Peer, out attempt!)) attempt = Begin(peer);
        }

        return await attempt.WaitAsync(cancel).ConfigureAwait(false);
    }

    private Task<Connection> Begin(PeerAddresses peer)
    {
        var done = new TaskCompletionSource<Connection>(TaskCreationOptions.RunContinuationsAsynchronously);
        _tries.Add(peer.Peer, done.Task);
        tasks.Launch(async stopping =>
        {
            try
            {
                done.SetResult(await DialAsync(peer, stopping).ConfigureAwait(false));
            }
            catch (Exception failed)
            {
                done.SetException(failed);
                _ = done.Task.Exception;
            }
            finally
            {
                lock (_gate) _tries.Remove(peer.Peer);
            }
        });
        return done.Task;
    }

    private async Task<Connection> DialAsync(PeerAddresses peer, CancellationToken stopping)
    {
        if (swarm.Connections.Taken >= options.MaxConnections - (options.MaxConnections / 4)) throw new Libp2pException($"{peer.Peer} is not dialled: there are too many connections.");
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        var tries = new List<Task<Connection>>();
        var running = new List<Task<Connection>>();
        // Where this node has a connection to already, it may knock too, though it listens nowhere there.
        var own = swarm.Own.Offered.Concat(swarm.Connections.All.Where(connection => !connection.IsRelayed).Select(connection => connection.Address));
        var addresses = Candidates.Choose(peer.Addresses, own).ToList();
        Exception? failure = null;
        while (addresses.Count > 0 || running.Count > 0)
        {
            if (addresses.Count > 0)
            {
                running.Add(swarm.DialAsync(addresses[0].WithPeer(peer.Peer), enough.Token));
                tries.Add(running[^1]);
                addresses.RemoveAt(0);
            }

            var first = Task.WhenAny(running);
            if (addresses.Count > 0) await Task.WhenAny(first, Task.Delay(HeadStart, time, stopping)).ConfigureAwait(false);
            else await first.ConfigureAwait(false);
            foreach (var ended in running.Where(attempt => attempt.IsCompleted).ToArray())
            {
                running.Remove(ended);
                if (ended.IsCompletedSuccessfully) return await WinAsync(ended, tries, enough).ConfigureAwait(false);
                failure = ended.Exception?.InnerException;
            }
        }

        throw failure as Libp2pException ?? new Libp2pException($"{peer.Peer} cannot be reached: no address of it can be dialled.", failure);
    }

    private static async Task<Connection> WinAsync(Task<Connection> won, List<Task<Connection>> tries, CancellationTokenSource enough)
    {
        await enough.CancelAsync().ConfigureAwait(false);
        await ((Task)Task.WhenAll(tries)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return await won.ConfigureAwait(false);
    }
}
