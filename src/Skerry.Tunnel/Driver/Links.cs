using System.Collections.Concurrent;

using Microsoft.Extensions.Logging;

using Skerry.Libp2p;
using Skerry.Tunnel.Core.Dial;
using Skerry.Tunnel.Core.Relays;

namespace Skerry.Tunnel.Driver;

/// <summary>Connections to nodes by name: the best there is, or a new one.</summary>
/// <param name="options">Who this node is.</param>
/// <param name="host">Its connections.</param>
/// <param name="directory">Where nodes are.</param>
/// <param name="names">Who is who.</param>
/// <param name="relays">The relays the operator names, by node.</param>
/// <param name="metrics">Counts dials.</param>
/// <param name="time">For deadlines.</param>
/// <param name="logger">Tells of dials.</param>
internal sealed class Links(
    TunnelOptions options, Libp2pHost host, ITunnelDirectory directory, PeerNames names, Func<string, RelayNode?> relays, TunnelMetrics metrics, TimeProvider time, ILogger logger)
{
    private readonly ConcurrentDictionary<(string Node, bool IsDirect), Lazy<Task<PeerConnection>>> _dialling = new();
    private readonly ConcurrentDictionary<CancellationTokenSource, string> _underWay = new();

    public DialHistory History { get; } = new();

    /// <summary>What is likely to be paid for a way through a relay, in milliseconds; unknown relays come last.</summary>
    public Func<PeerId, double> RelayCost { get; set; } = _ => double.MaxValue;

    /// <summary>The node of a relay, if its peer id is known as one: then all of its addresses may be tried, and not only the one in a circuit's.</summary>
    public Func<PeerId, string?> RelayNodeOf { get; set; } = _ => null;

    /// <summary>The best connection to a node; null: there is none.</summary>
    public PeerConnection? Best(string node)
    {
        var peers = names.Identity.PeersOf(node);
        return host.Connections.Where(connection => peers.Contains(connection.Peer) || names.Find(connection.Peer)?.Node == node)
            .OrderBy(connection => connection.Address.IsCircuit)
            .ThenBy(connection => connection.RoundTrip == TimeSpan.Zero ? TimeSpan.MaxValue : connection.RoundTrip)
            .ThenByDescending(connection => connection.Id)
            .FirstOrDefault();
    }

    /// <summary>The best connection to a node, made if there is none.</summary>
    /// <exception cref="TunnelException">It is not reached in time.</exception>
    public Task<PeerConnection> ReachAsync(string node, CancellationToken cancel) =>
        Best(node) is { } there ? Task.FromResult(there) : DialAsync(node, isDirect: HasDirectWaysAlone(node), cancel);

    /// <summary>A connection from node to node, if one can be made.</summary>
    /// <exception cref="TunnelException">None can.</exception>
    public Task<PeerConnection> ReachDirectlyAsync(string node, CancellationToken cancel) =>
        Best(node) is { Address.IsCircuit: false } there ? Task.FromResult(there) : DialAsync(node, isDirect: true, cancel);

    /// <summary>Whether membership knows that a node is dead, and nothing says otherwise: a connection to it that stands would.</summary>
    public bool IsDead(string node) => directory.IsDead(node) && Best(node) is null;

    /// <summary>The mesh says something new of its nodes: who is dead is not dialled any longer.</summary>
    public void OnDirectoryChanged()
    {
        foreach (var (dial, node) in _underWay)
        {
            if (directory.IsDead(node)) GiveUp(dial);
        }
    }

    /// <summary>The relay that a connection goes through, by its node's name where that is known; null: it is direct.</summary>
    public string? RelayOf(PeerConnection connection) => RelayOf(connection.Address) is { } relay ? RelayNodeOf(relay) ?? relay.ToString() : null;

    /// <summary>This machine is elsewhere: what was begun from where it was comes to nothing, and is begun anew by who wants it.</summary>
    public void OnNetworkChanged()
    {
        foreach (var dial in _underWay.Keys) GiveUp(dial);
    }

    /// <summary>Whether anything is known of how a node is reached.</summary>
    public bool IsKnown(string node) => Best(node) is not null || AddressesOf(node).Count > 0;

    /// <summary>A clearly better relay for a node than the one in use.</summary>
    /// <returns>Null: there is none, or it does not work.</returns>
    public async Task<PeerConnection?> ImproveAsync(string node, CancellationToken cancel)
    {
        if (Best(node) is not { } best || RelayOf(best.Address) is not { } used) return null;
        var limit = RelayChooser.ClearlyBelow(RelayCost(used));
        var way = WaysTo(node).Where(address => RelayOf(address) is { } relay && relay != used && RelayCost(relay) < limit).OrderBy(address => RelayCost(RelayOf(address)!.Value)).FirstOrDefault();
        if (way is null) return null;
        using var timeout = new CancellationTokenSource(options.DialTimeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        return (await TryAsync(node, new DialStep(way, TimeSpan.Zero), either.Token).ConfigureAwait(false)).Connection;
    }

    /// <summary>Everything that is known of where a node is.</summary>
    public IReadOnlyList<Multiaddr> AddressesOf(string node) =>
        [.. (relays(node)?.Addresses ?? []).Concat(directory.Find(node)?.Addresses ?? []).Distinct()];

    /// <summary>Whether a peer is a node, or is said to be: who dials it finds out.</summary>
    public bool MayBeAt(string node, PeerId peer) => names.IsAt(node, peer) || (directory.Find(node)?.Addresses ?? []).Any(address => address.PeerId == peer);

    /// <summary>
    /// Addresses to dial, with who must be there. Where credentials are believed, that is who the mesh says it is, or whoever answers; it then has to prove that
    /// it is the node.
    /// </summary>
    private IEnumerable<Multiaddr> WaysTo(string node)
    {
        var computed = names.Identity.PeersOf(node);
        var isOpen = names.Identity.BelievesCredentials;
        var addresses = AddressesOf(node);
        var known = addresses.Where(address => address.PeerId is { } said && (isOpen || computed.Contains(said))).ToList();
        var others = addresses.Except(known).Select(address => address.WithoutPeer()).Distinct().ToList();
        // An address that is known without a peer, and with one besides, is one address: who answers there proves which node it is.
        if (isOpen) known.RemoveAll(address => !address.IsCircuit && others.Contains(address.WithoutPeer()));
        return known.Concat(others.SelectMany(address => isOpen && !address.IsCircuit ? [address] : computed.Select(address.WithPeer)));
    }

    /// <summary>As a relay has: then who wants any connection and who wants a direct one want the same, and one is made.</summary>
    private bool HasDirectWaysAlone(string node) => WaysTo(node).ToList() is { Count: > 0 } ways && ways.TrueForAll(address => !address.IsCircuit);

    private async Task VerifyAsync(string node, PeerConnection connection, CancellationToken cancel)
    {
        if (names.Identity.PeersOf(node).Contains(connection.Peer)) return;
        var there = await names.OfAsync(connection.Peer, cancel).ConfigureAwait(false);
        if (there.Node != node) throw new TunnelException($"At {connection.Address} is {there.Node}, not {node}.");
    }

    private Task<PeerConnection> DialAsync(string node, bool isDirect, CancellationToken cancel)
    {
        // Many ask for the same node at once, when its relay has died: one dials.
        var key = (node, isDirect);
        var mine = new Lazy<Task<PeerConnection>>(() => DialAllAsync(node, isDirect));
        var shared = _dialling.GetOrAdd(key, mine);
        if (ReferenceEquals(shared, mine)) _ = mine.Value.ContinueWith(_ => _dialling.TryRemove(new(key, mine)), TaskScheduler.Default);
        return shared.Value.WaitAsync(cancel);
    }

    private async Task<PeerConnection> DialAllAsync(string node, bool isDirect)
    {
        await Task.Yield();
        if (node == options.Node) throw new TunnelException($"{node} is this node itself.");
        using var timeout = new CancellationTokenSource(options.DialTimeout, time);
        _underWay[timeout] = node;
        try
        {
            if (directory.IsDead(node)) throw new TunnelException(DeadText(node));
            return await DialAllAsync(node, isDirect, timeout).ConfigureAwait(false);
        }
        finally
        {
            _underWay.TryRemove(timeout, out _);
        }
    }

    private async Task<PeerConnection> DialAllAsync(string node, bool isDirect, CancellationTokenSource timeout)
    {
        var known = WaysTo(node).ToList();
        if (known.Count == 0) known = await AskDhtAsync(node).ConfigureAwait(false);
        var ways = known.Where(address => !address.IsCircuit || (!isDirect && RelayOf(address) is { } relay && relay != host.PeerId));
        var steps = DialPlan.Of(ways, address => RelayOf(address) is { } relay ? RelayCost(relay) : double.MaxValue);
        if (steps.Count == 0) throw new TunnelException($"Nobody has said where {node} is{(isDirect ? "" : ", nor through which relay it is reached")}.");
        var running = steps.Select(step => TryAsync(node, step, timeout.Token)).ToList();
        var failures = new List<string>();
        while (running.Count > 0)
        {
            var done = await Task.WhenAny(running).ConfigureAwait(false);
            running.Remove(done);
            var (connection, failure) = await done.ConfigureAwait(false);
            if (connection is not null)
            {
                await timeout.CancelAsync().ConfigureAwait(false);
                // One that comes in second is closed again.
                foreach (var late in running) _ = late.ContinueWith(CloseSecondAsync, TaskScheduler.Default);
                return connection;
            }

            failures.Add(failure!);
        }

        throw new TunnelException(directory.IsDead(node) ? DeadText(node) : $"{node} is not reached: {string.Join("; ", failures)}");
    }

    /// <summary>Nobody has told this node where it is: the DHT may know, if the mesh key says which peer it is.</summary>
    private async Task<List<Multiaddr>> AskDhtAsync(string node)
    {
        if (host.Dht is not { Nodes: > 0 } dht || names.Identity.PeersOf(node) is not [var peer, ..]) return [];
        try
        {
            using var timeout = new CancellationTokenSource(options.DialTimeout / 2, time);
            var found = await dht.FindPeerAsync(peer, timeout.Token).ConfigureAwait(false);
            return [.. (found?.Addresses ?? []).Select(address => address.WithPeer(peer))];
        }
        catch (Exception failed) when (failed is Libp2pException or OperationCanceledException)
        {
            return [];
        }
    }

    /// <summary>What is said of a node that nobody waits for.</summary>
    public static string DeadText(string node) => $"{node} is dead, as membership says.";

    private static void GiveUp(CancellationTokenSource dial)
    {
        try
        {
            dial.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It is over already.
        }
    }

    private static PeerId? RelayOf(Multiaddr circuit) => circuit.TrySplitCircuit(out var relay, out _) ? relay.PeerId : null;

    private async Task CloseSecondAsync(Task<(PeerConnection? Connection, string? Failure)> late)
    {
        if ((await late.ConfigureAwait(false)).Connection is { Address.IsCircuit: true } second) await host.CloseAsync(second).ConfigureAwait(false);
    }

    private async Task<(PeerConnection? Connection, string? Failure)> TryAsync(string node, DialStep step, CancellationToken cancel)
    {
        var start = time.GetTimestamp();
        var isBegun = false;
        string failure;
        try
        {
            if (step.After > TimeSpan.Zero) await Task.Delay(step.After, time, cancel).ConfigureAwait(false);
            (start, isBegun) = (time.GetTimestamp(), true);
            if (RelayOf(step.Address) is { } relay && RelayNodeOf(relay) is { } relayNode) await ReachDirectlyAsync(relayNode, cancel).ConfigureAwait(false);
            var connection = await host.DialAsync(step.Address, cancel).ConfigureAwait(false);
            await VerifyAsync(node, connection, cancel).ConfigureAwait(false);
            Note(null);
            TunnelLog.Reached(logger, node, connection.Address.IsCircuit ? PathKind.Relayed : PathKind.Direct, step.Address.ToString());
            return (connection, null);
        }
        catch (Exception failed) when (failed is Libp2pException or IOException)
        {
            failure = failed.Message;
        }
        catch (OperationCanceledException)
        {
            failure = "given up: another way was quicker, or there was no answer in time";
        }

        if (isBegun) Note(failure);
        TunnelLog.NotReached(logger, node, step.Address.ToString(), failure);
        return (null, failure);

        void Note(string? why)
        {
            metrics.Dialled(step.Address.IsCircuit, why is null);
            History.Add(node, new DialAttempt(step.Address, time.GetUtcNow() - time.GetElapsedTime(start), time.GetElapsedTime(start), why));
        }
    }
}
