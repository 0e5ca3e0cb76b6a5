using System.Buffers.Binary;
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

    /// <summary>The longest message, bytes: <see cref="IReplicationTransport"/>'s bound.</summary>
    private const int MaxMessage = 20 << 20;

    private const int MaxWaiting = 1024;

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(15);

    private readonly BackgroundTasks _tasks = new();
    private readonly ConcurrentDictionary<string, WidePeer> _peers = new(StringComparer.Ordinal);
    private readonly Channel<ReadOnlyMemory<byte>> _received = Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(MaxWaiting) { SingleReader = true });
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
                if (!wanted.Contains(node) && _peers.TryRemove(node, out _)) peer.Stop();
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
        // Who speaks to this node is answered, whether this node knew of it or not.
        lock (_gate)
        {
            if (_catalog!.IsBridge) Keep(node);
        }

        if (_peers.TryGetValue(node, out var peer)) peer.Wake();

        var head = new byte[4];
        while (await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancellation) == head.Length)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(head);
            if (length is < 0 or > MaxMessage) return;
            using var message = new MemoryStream();
            await CopyAsync(stream, message, length, cancellation);
            await _received.Writer.WriteAsync(message.GetBuffer().AsMemory(0, (int)message.Length), cancellation);
        }
    }

    /// <summary>Memory is taken as the bytes come, and not for what is only announced.</summary>
    private static async Task CopyAsync(Stream from, MemoryStream to, int length, CancellationToken cancellation)
    {
        var buffer = new byte[Math.Min(length, 64 << 10)];
        while (length > 0)
        {
            var count = await from.ReadAsync(buffer.AsMemory(0, Math.Min(buffer.Length, length)), cancellation);
            if (count == 0) throw new EndOfStreamException("The peer ended the stream in the middle of a message.");
            to.Write(buffer, 0, count);
            length -= count;
        }
    }
}
