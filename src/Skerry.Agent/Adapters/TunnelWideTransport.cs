using System.Collections.Concurrent;
using System.Threading.Channels;

using Skerry.Catalog;
using Skerry.Libp2p;
using Skerry.Primitives;
using Skerry.Replication;
using Skerry.Tunnel;

namespace Skerry.Agent.Adapters;

/// <summary>
/// The exchange between groups, over streams of the tunnel: this node keeps one stream open to each bridge it knows, and messages go out on it. Those of others
/// come in on theirs.
/// </summary>
/// <param name="self">This node.</param>
/// <param name="time">For pauses.</param>
internal sealed class TunnelWideTransport(string self, TimeProvider time) : IReplicationTransport, IAsyncDisposable
{
    private const string Protocol = "/skerry/wide/1.0.0";

    private const int MaxWaiting = 1024;

    /// <summary>Messages of all others that wait to be read; who sends more is not read from meanwhile.</summary>
    private const int MaxReceived = 16;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    private readonly BackgroundTasks _tasks = new();
    private readonly ConcurrentDictionary<string, WidePeer> _peers = new(StringComparer.Ordinal);
    private readonly Channel<ReadOnlyMemory<byte>> _received = Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(MaxReceived) { SingleReader = true });
    private readonly Dictionary<string, CancellationTokenSource> _incoming = new(StringComparer.Ordinal);
    private readonly Lock _gate = new();
    private TunnelNode? _tunnel;
    private ServiceCatalog? _catalog;
    private Func<IEnumerable<string>> _seeds = () => [];

    public IReadOnlyList<string> Peers => [.. _peers.Values.Where(peer => peer.IsOpen).Select(peer => peer.Node).Order(StringComparer.Ordinal)];

    public int MaxDatagramPayload => 64 << 10;

    /// <summary>Begins to keep in touch with other bridges.</summary>
    /// <param name="tunnel">Carries the streams.</param>
    /// <param name="catalog">Knows the bridges, and whether this node is one.</param>
    /// <param name="seeds">Nodes to begin with, while no bridge of another group is known.</param>
    public void Start(TunnelNode tunnel, ServiceCatalog catalog, Func<IEnumerable<string>> seeds)
    {
        (_tunnel, _catalog, _seeds) = (tunnel, catalog, seeds);
        tunnel.Handle(Protocol, (node, _, stream, cancel) => ReceiveAsync(node, stream, cancel));
        catalog.Changed += _ => Update();
        // Somebody is connected again: others may be within reach, too.
        tunnel.NodeConnected += _ =>
        {
            foreach (var peer in _peers.Values) peer.Wake();
        };
        Update();
    }

    /// <summary>The bridges, or the nodes to begin with, may be others now.</summary>
    public void Update()
    {
        if (_catalog is null) return;
        HashSet<string> wanted = _catalog.IsBridge ? [.. _catalog.Bridges.Keys.Concat(_seeds()).Where(node => node != self)] : [];
        lock (_gate)
        {
            foreach (var (node, peer) in _peers)
            {
                // Who is speaking may be a bridge that has not come to saying so: it goes on only when it is answered.
                if (!wanted.Contains(node) && !_incoming.ContainsKey(node) && _peers.TryRemove(node, out _)) peer.Stop();
            }

            foreach (var node in wanted) Keep(node);
        }
    }

    public bool TrySendDatagram(string peer, ReadOnlySpan<byte> message) => _peers.TryGetValue(peer, out var open) && open.TryPut(message.ToArray());

    public Task<bool> SendStreamAsync(string peer, ReadOnlyMemory<byte> message, CancellationToken cancellation) =>
        Task.FromResult(_peers.TryGetValue(peer, out var open) && open.TryPut(message));

    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReceiveAsync(CancellationToken cancellation) => _received.Reader.ReadAllAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        foreach (var peer in _peers.Values) peer.Stop();
        await _tasks.DisposeAsync();
        _received.Writer.TryComplete();
    }

    /// <summary>Under the lock.</summary>
    private void Keep(string node)
    {
        if (_peers.ContainsKey(node)) return;
        var peer = new WidePeer(node, MaxWaiting);
        _peers[node] = peer;
        _tasks.Launch(stopping => RunAsync(peer, stopping));
    }

    private async Task RunAsync(WidePeer peer, CancellationToken stopping)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(peer.Stopping, stopping);
        var pause = FirstPause;
        while (!either.IsCancellationRequested)
        {
            try
            {
                await using var stream = await _tunnel!.OpenAsync(peer.Node, Protocol, either.Token);
                pause = FirstPause;
                peer.IsOpen = true;
                _catalog!.WidePeersChanged();
                await peer.SendAllAsync(stream, either.Token);
            }
            catch (Exception failed) when (failed is IOException or Libp2pException or OperationCanceledException)
            {
                // It is not reached, or was lost: tried again.
            }

            if (peer.IsOpen)
            {
                peer.IsOpen = false;
                _catalog!.WidePeersChanged();
            }

            await peer.PauseAsync(pause, time, either.Token);
            pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }

        peer.Dispose();
    }

    private async Task ReceiveAsync(string node, Libp2pStream stream, CancellationToken cancellation)
    {
        using var replaced = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        lock (_gate)
        {
            // Who speaks to this node is answered, whether this node knew of it or not.
            if (_catalog!.IsBridge) Keep(node);
            // A message may be long: of each node one at a time is taken in, on the stream it opened last.
            if (_incoming.TryGetValue(node, out var before)) before.Cancel();
            _incoming[node] = replaced;
        }

        if (_peers.TryGetValue(node, out var peer)) peer.Wake();

        try
        {
            while (await WideFrame.ReadAsync(stream, replaced.Token) is { } message) await _received.Writer.WriteAsync(message, replaced.Token);
        }
        catch (ChannelClosedException)
        {
            // This node stops, and others speak to it still.
        }
        finally
        {
            lock (_gate)
            {
                if (_incoming.GetValueOrDefault(node) == replaced) _incoming.Remove(node);
            }

            Update();
        }
    }
}
