using System.Collections.Concurrent;

using Microsoft.Extensions.Logging;

using Skerry.Libp2p;
using Skerry.Tunnel.Claims;
using Skerry.Tunnel.Wire;

namespace Skerry.Tunnel.Driver;

/// <summary>
/// Which node stands behind a peer: both say it once a connection. A name is believed when the proved peer id is the one that a mesh key gives it, or the one in
/// a credential that holds now; it is asked again when what is believed changes, and from time to time, since credentials end.
/// </summary>
/// <param name="options">Who this node is.</param>
/// <param name="host">Its peers.</param>
/// <param name="metrics">Counts lies.</param>
/// <param name="time">For deadlines and what is valid when.</param>
/// <param name="logger">Tells of lies.</param>
internal sealed class PeerNames(TunnelOptions options, Libp2pHost host, TunnelMetrics metrics, TimeProvider time, ILogger logger)
{
    public const string Protocol = "/skerry/hello/1.0.0";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RecheckPeriod = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<PeerId, TaskCompletionSource<KnownNode>> _known = new();
    private readonly Lock _gate = new();
    private volatile TunnelIdentity _identity = options.Identity;
    private ClaimRefusal? _ownRefusal;

    /// <summary>Who this node is and whom it believes.</summary>
    public TunnelIdentity Identity => _identity;

    /// <summary>Told of a node that is believed no more.</summary>
    public Action<string>? Refused { get; set; }

    /// <summary>Who a connected peer is; waits until it has said so.</summary>
    /// <exception cref="TunnelException">It does not say, or is not believed.</exception>
    public async Task<KnownNode> OfAsync(PeerId peer, CancellationToken cancel)
    {
        try
        {
            var entry = Entry(peer);
            // It may be gone before it was asked about: then nobody else would say so.
            if (!entry.Task.IsCompleted) Forget(peer);
            return await entry.Task.WaitAsync(Patience, time, cancel).ConfigureAwait(false);
        }
        catch (TimeoutException late)
        {
            throw new TunnelException($"Peer {peer} has not said which node it is.", late);
        }
    }

    /// <summary>Who a peer is, if it has said so.</summary>
    public KnownNode? Find(PeerId peer) => _known.TryGetValue(peer, out var entry) && entry.Task.IsCompletedSuccessfully ? entry.Task.Result : null;

    /// <summary>Whether a peer is a node: it has proved it, or the mesh key says so.</summary>
    public bool IsAt(string node, PeerId peer) => Find(peer)?.Node == node || _identity.PeersOf(node).Contains(peer);

    /// <summary>Tells the peer of a new connection who this node is, and hears who it is.</summary>
    public async Task TellAsync(PeerConnection connection, CancellationToken cancel)
    {
        // On each connection: the other side may have forgotten, with an earlier one, what this side still knows.
        if (!connection.IsDialler) return;
        try
        {
            var stream = await host.OpenAsync(connection, [Protocol], cancel).ConfigureAwait(false);
            await using var _ = stream.ConfigureAwait(false);
            await stream.SendMessageAsync(Own(), cancel).ConfigureAwait(false);
            await stream.EndWritingAsync(cancel).ConfigureAwait(false);
            await HearAsync(connection, stream, cancel).ConfigureAwait(false);
        }
        catch (Exception failed) when (failed is IOException or Libp2pException or OperationCanceledException or TimeoutException)
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

    /// <summary>A connection is over; who waits for the name hears so.</summary>
    public void Forget(PeerId peer)
    {
        if (host.Connections.Any(connection => connection.Peer == peer) || !_known.TryRemove(peer, out var entry)) return;
        entry.TrySetException(new TunnelException($"Peer {peer} ended the connection before it said which node it is: if it does not believe this one, its log says why."));
        _ = entry.Task.Exception;
    }

    /// <summary>Believes others than before, and throws out who is no longer among them.</summary>
    public Task ChangeAsync(TunnelIdentity identity)
    {
        _identity = identity;
        JudgeSelf();
        return RecheckAsync();
    }

    /// <summary>Throws out whose credential has ended; runs until cancelled.</summary>
    public async Task RunAsync(CancellationToken stopping)
    {
        JudgeSelf();
        while (!stopping.IsCancellationRequested)
        {
            await Task.Delay(RecheckPeriod, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (stopping.IsCancellationRequested || !_identity.BelievesCredentials) continue;
            JudgeSelf();
            await RecheckAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Closes every connection of a peer that is not believed.</summary>
    /// <param name="peer">The peer.</param>
    /// <param name="claimed">Who it says it is; null: it has not said.</param>
    /// <param name="why">Why that is not believed.</param>
    public async Task RefuseAsync(PeerId peer, KnownNode? claimed, ClaimRefusal why)
    {
        // Who was believed until now, and not who it says it is: a lie must not cost the node it is about anything.
        var believed = Find(peer)?.Node;
        metrics.NameRefused(why);
        TunnelLog.NameRefused(logger, peer.ToString(), AddressOf(peer), Shorten(claimed?.Node), Shorten(claimed?.Group), Text(why));
        var refusal = new TunnelException($"Peer {peer} says it is {(claimed is null ? "nobody" : Shorten(claimed.Node))}, which is not believed: {Text(why)}.");
        var entry = _known.AddOrUpdate(peer, static _ => Fresh(), static (_, before) => before.Task.IsCompleted ? Fresh() : before);
        entry.TrySetException(refusal);
        _ = entry.Task.Exception;
        foreach (var connection in host.Connections.Where(connection => connection.Peer == peer)) await host.CloseAsync(connection).ConfigureAwait(false);
        if (believed is not null && _known.Keys.All(other => other == peer || Find(other)?.Node != believed)) Refused?.Invoke(believed);
    }

    private static TaskCompletionSource<KnownNode> Fresh() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>What a stranger says may be of any length and kind; the log gets a piece of it.</summary>
    private static string Shorten(string? text) => text is null ? "-" : new string([.. text.Take(Credential.MaxName).Select(letter => char.IsControl(letter) ? '?' : letter)]);

    private static string Text(ClaimRefusal why) => why switch
    {
        ClaimRefusal.Malformed => "that is no node's name or group",
        ClaimRefusal.FalseName => "the name belongs to another peer, and no credential that is trusted says otherwise",
        ClaimRefusal.NotSigned => "its credential is not signed by the trusted authority",
        ClaimRefusal.OtherPeer => "its credential is another peer's",
        ClaimRefusal.OtherName => "its credential is for another name or group",
        ClaimRefusal.NotYetValid => "its credential is not valid yet",
        ClaimRefusal.Expired => "its credential has expired",
        ClaimRefusal.Revoked => "it is revoked",
        _ => "it does not say which node it is",
    };

    private TaskCompletionSource<KnownNode> Entry(PeerId peer) => _known.GetOrAdd(peer, static _ => Fresh());

    private string AddressOf(PeerId peer) => host.Connections.FirstOrDefault(connection => connection.Peer == peer)?.Address.ToString() ?? "-";

    private HelloMessage Own() => new() { Node = options.Node, Group = options.Group, Credential = _identity.Credential?.Shown };

    private async Task<bool> HearAsync(PeerConnection connection, Libp2pStream stream, CancellationToken cancel)
    {
        var message = await stream.ReceiveMessageAsync(HelloMessage.Parser, cancel).WaitAsync(Patience, time, cancel).ConfigureAwait(false);
        var claimed = new KnownNode(message.Node, message.Group, message.Credential);
        var identity = _identity;
        var why = identity.Judge(claimed, claimed.Shown, connection.Peer, time.GetUtcNow());
        if (why is null)
        {
            // Not over a refusal of before: that it was a liar once is no reason.
            _known.AddOrUpdate(connection.Peer, static _ => Fresh(), static (_, before) => before.Task.IsFaulted ? Fresh() : before).TrySetResult(claimed);
            // Others may be believed meanwhile, and who looked for those that are not has not seen this one.
            if (!ReferenceEquals(identity, _identity)) why = _identity.Judge(claimed, claimed.Shown, connection.Peer, time.GetUtcNow());
        }

        if (why is { } reason) await RefuseAsync(connection.Peer, claimed, reason).ConfigureAwait(false);
        return why is null;
    }

    /// <summary>Who is thrown out is not told why: what this node can know of that by itself, it says.</summary>
    private void JudgeSelf()
    {
        var identity = _identity;
        var shown = identity.Credential?.Shown;
        var why = identity.Judge(new KnownNode(options.Node, options.Group, shown), shown, host.PeerId, time.GetUtcNow());
        lock (_gate)
        {
            if (why == _ownRefusal) return;
            _ownRefusal = why;
        }

        if (why is { } reason) TunnelLog.SelfNotBelieved(logger, Text(reason));
    }

    private async Task RecheckAsync()
    {
        foreach (var peer in _known.Keys)
        {
            if (Find(peer) is { } known && _identity.Judge(known, known.Shown, peer, time.GetUtcNow()) is { } why) await RefuseAsync(peer, known, why).ConfigureAwait(false);
        }

        foreach (var connection in host.Connections)
        {
            if (Find(connection.Peer) is null && _identity.Revocations.Covers(connection.Peer)) await RefuseAsync(connection.Peer, null, ClaimRefusal.Revoked).ConfigureAwait(false);
        }
    }
}
