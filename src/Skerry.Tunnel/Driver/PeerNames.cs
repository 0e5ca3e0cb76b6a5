using System.Collections.Concurrent;

using Microsoft.Extensions.Logging;

using Skerry.Libp2p;
using Skerry.Tunnel.Wire;

namespace Skerry.Tunnel.Driver;

/// <summary>Which node stands behind a peer: both say it once a connection, and a name is believed only when the peer id is the one of that name.</summary>
/// <param name="options">Who this node is.</param>
/// <param name="host">Its peers.</param>
/// <param name="metrics">Counts lies.</param>
/// <param name="time">For deadlines.</param>
/// <param name="logger">Tells of lies.</param>
internal sealed class PeerNames(TunnelOptions options, Libp2pHost host, TunnelMetrics metrics, TimeProvider time, ILogger logger)
{
    public const string Protocol = "/skerry/hello/1.0.0";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    private readonly ConcurrentDictionary<PeerId, TaskCompletionSource<KnownNode>> _known = new();

    /// <summary>Who a connected peer is; waits until it has said so.</summary>
    /// <exception cref="TunnelException">It does not say.</exception>
    public async Task<KnownNode> OfAsync(PeerId peer, CancellationToken cancel)
    {
        try
        {
            return await Entry(peer).Task.WaitAsync(Patience, time, cancel).ConfigureAwait(false);
        }
        catch (TimeoutException late)
        {
            throw new TunnelException($"Peer {peer} has not said which node it is.", late);
        }
    }

    /// <summary>Who a peer is, if it has said so.</summary>
    public KnownNode? Find(PeerId peer) => _known.TryGetValue(peer, out var entry) && entry.Task.IsCompletedSuccessfully ? entry.Task.Result : null;

    /// <summary>Tells the peer of a new connection who this node is, and hears who it is.</summary>
    public async Task TellAsync(PeerConnection connection, CancellationToken cancel)
    {
        if (!connection.IsDialler || Find(connection.Peer) is not null) return;
        try
        {
            var stream = await host.OpenAsync(connection, [Protocol], cancel).ConfigureAwait(false);
            await using var _ = stream.ConfigureAwait(false);
            await stream.SendMessageAsync(Own(), cancel).ConfigureAwait(false);
            await stream.EndWritingAsync(cancel).ConfigureAwait(false);
            await HearAsync(connection, stream, cancel).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is IOException or Libp2pException or OperationCanceledException)
        {
            // A peer that is no node of a mesh, or is gone: whoever asks for its name hears so.
        }
    }

    /// <summary>A peer says who it is.</summary>
    public async Task AnswerAsync(PeerConnection connection, Libp2pStream stream, CancellationToken cancel)
    {
        if (!await HearAsync(connection, stream, cancel).ConfigureAwait(false)) return;
        await stream.SendMessageAsync(Own(), cancel).ConfigureAwait(false);
        await stream.EndWritingAsync(cancel).ConfigureAwait(false);
    }

    /// <summary>A connection is over.</summary>
    public void Forget(PeerId peer)
    {
        if (host.Connections.All(connection => connection.Peer != peer)) _known.TryRemove(peer, out _);
    }

    private TaskCompletionSource<KnownNode> Entry(PeerId peer) =>
        _known.GetOrAdd(peer, static _ => new TaskCompletionSource<KnownNode>(TaskCreationOptions.RunContinuationsAsynchronously));

    private HelloMessage Own() => new() { Node = options.Node, Group = options.Group };

    private async Task<bool> HearAsync(PeerConnection connection, Libp2pStream stream, CancellationToken cancel)
    {
        var message = await stream.ReceiveMessageAsync(HelloMessage.Parser, cancel).WaitAsync(Patience, time, cancel).ConfigureAwait(false);
        var expected = options.Identity.PeerIdOf(message.Node);
        if (expected == connection.Peer)
        {
            Entry(connection.Peer).TrySetResult(new KnownNode(message.Node, message.Group));
            return true;
        }

        metrics.FalseName();
        TunnelLog.FalseName(logger, connection.Peer.ToString(), message.Node, expected.ToString());
        await host.CloseAsync(connection).ConfigureAwait(false);
        return false;
    }
}
