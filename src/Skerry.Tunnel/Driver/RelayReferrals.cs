using Skerry.Libp2p;

namespace Skerry.Tunnel.Driver;

/// <summary>Relays that full ones have named. That is a word of theirs and no more: who answers there proves which node it is, like anybody, and has no say otherwise.</summary>
/// <param name="options">How long dialling may take.</param>
/// <param name="host">Dials.</param>
/// <param name="names">Who they prove to be.</param>
/// <param name="time">For deadlines.</param>
internal sealed class RelayReferrals(TunnelOptions options, Libp2pHost host, PeerNames names, TimeProvider time)
{
    /// <summary>That wait to be met; what is more is dropped.</summary>
    private const int MaxWaiting = 16;

    /// <summary>Peers that came to nothing are remembered, and not met again for so long, whoever names them.</summary>
    private const int MaxShunned = 256;
    private static readonly TimeSpan Shunning = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly List<PeerAddresses> _waiting = [];
    private readonly Dictionary<PeerId, DateTimeOffset> _shunned = [];

    public void Note(IEnumerable<PeerAddresses> named)
    {
        lock (_gate)
        {
            foreach (var other in named)
            {
                if (_shunned.TryGetValue(other.Peer, out var until) && until > time.GetUtcNow()) continue;
                if (other.Peer != host.PeerId && _waiting.Count < MaxWaiting && _waiting.TrueForAll(known => known.Peer != other.Peer)) _waiting.Add(other);
            }
        }
    }

    /// <summary>Those that were named since the last time.</summary>
    public IReadOnlyList<PeerAddresses> Take()
    {
        lock (_gate)
        {
            var taken = _waiting.ToList();
            _waiting.Clear();
            return taken;
        }
    }

    /// <summary>Connects to one that nobody else knows.</summary>
    /// <returns>Which node it has proved to be; null: none of this mesh, or it is not there.</returns>
    public async Task<(KnownNode Node, PeerConnection Connection)?> MeetAsync(PeerAddresses other, CancellationToken cancel)
    {
        using var timeout = new CancellationTokenSource(options.DialTimeout / 2, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancel);
        foreach (var address in other.Addresses)
        {
            PeerConnection? connection = null;
            try
            {
                connection = host.Connections.FirstOrDefault(open => open.Peer == other.Peer && !open.IsRelayed)
                    ?? await host.DialAsync(address.WithPeer(other.Peer), either.Token).ConfigureAwait(false);
                return (await names.OfAsync(other.Peer, either.Token).ConfigureAwait(false), connection);
            }
            catch (Exception failed) when (failed is Libp2pException or TunnelException or IOException or OperationCanceledException)
            {
                cancel.ThrowIfCancellationRequested();
                // Whoever it is, it is nobody of this mesh.
                if (connection is not null) await host.CloseAsync(connection).ConfigureAwait(false);
                if (either.IsCancellationRequested) break;
            }
        }

        Shun(other.Peer);
        return null;
    }

    private void Shun(PeerId peer)
    {
        lock (_gate)
        {
            var now = time.GetUtcNow();
            foreach (var over in _shunned.Where(one => one.Value <= now).Select(one => one.Key).ToList()) _shunned.Remove(over);
            if (_shunned.Count < MaxShunned) _shunned[peer] = now + Shunning;
        }
    }
}
