using System.Threading.Channels;

using Microsoft.Extensions.Logging;

using Skerry.Primitives;

namespace Skerry.Libp2p.Driver;

/// <summary>Finds peers where a host is told to look: in the LAN, and in the DHT at the rendezvous.</summary>
internal sealed class Discovery : IAsyncDisposable
{
    /// <summary>Peers one look in the DHT may find; the answers name others each time where there are more.</summary>
    private const int MaxFound = 256;

    private readonly Libp2pOptions _options;
    private readonly Swarm _swarm;
    private readonly DhtDriver? _dht;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Action<FoundPeer> _found;
    private readonly MdnsDriver? _mdns;
    private readonly BackgroundTasks _tasks = new();

    // Who is told may be slow; what it misses comes again while the peer is there.
    private readonly Channel<FoundPeer> _news = Channel.CreateBounded<FoundPeer>(new BoundedChannelOptions(MaxFound) { FullMode = BoundedChannelFullMode.DropOldest });

    public Discovery(Libp2pOptions options, Swarm swarm, DhtDriver? dht, Action<FoundPeer> found, TimeProvider time, ILogger logger)
    {
        (_options, _swarm, _dht, _time, _logger, _found) = (options, swarm, dht, time, logger, found);
        if (options.Mdns is not { } mdns) return;
        var service = mdns.ServiceName ?? options.Rendezvous ?? MdnsOptions.DefaultServiceName;
        _mdns = new MdnsDriver(options.Identity.PeerId, service, mdns, swarm.Own, FoundInLan, time, logger);
    }

    public void Start()
    {
        _tasks.Launch(TellAsync);
        _mdns?.Start();
        if (_options.Rendezvous is { } rendezvous && _dht is not null) _tasks.Launch(stopping => FindAsync(DhtKey.OfRendezvous(rendezvous), stopping));
    }

    public async ValueTask DisposeAsync()
    {
        if (_mdns is not null) await _mdns.DisposeAsync().ConfigureAwait(false);
        await _tasks.DisposeAsync().ConfigureAwait(false);
    }

    private void FoundInLan(PeerAddresses peer)
    {
        // Without any other way in, the LAN is the way into the DHT.
        _dht?.Suggest(peer);
        _news.Writer.TryWrite(new FoundPeer(peer.Peer, peer.Addresses, DiscoverySource.Mdns));
    }

    private async Task FindAsync(DhtKey key, CancellationToken stopping)
    {
        IReadOnlyList<Multiaddr>? told = null;
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                // Providing goes on by itself; a new address is said at once.
                var own = _swarm.Own.Told;
                if (told is null || !told.SequenceEqual(own)) await _dht!.ProvideAsync(key, stopping).ConfigureAwait(false);
                told = own;
                await foreach (var peer in _dht!.FindProvidersAsync(key, MaxFound, stopping).ConfigureAwait(false))
                {
                    if (peer.Peer != _options.Identity.PeerId) await _news.Writer.WriteAsync(new FoundPeer(peer.Peer, peer.Addresses, DiscoverySource.Dht), stopping).ConfigureAwait(false);
                }
            }
            catch (Libp2pException failed)
            {
                Libp2pLog.FinderFailed(_logger, failed.Message);
            }
            catch (OperationCanceledException)
            {
                return;
            }

            await Task.Delay(_options.FinderPeriod, _time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task TellAsync(CancellationToken stopping)
    {
        try
        {
            await foreach (var peer in _news.Reader.ReadAllAsync(stopping).ConfigureAwait(false)) Tell(peer);
        }
        catch (OperationCanceledException)
        {
            // The host stops.
        }
    }

    private void Tell(FoundPeer peer)
    {
        Libp2pLog.PeerFound(_logger, peer.Peer, peer.Source);
        _swarm.Metrics.Found(peer.Source);
        try
        {
            _found(peer);
        }
        catch (Exception failed)
        {
            // The fault of who is told must not end the search.
            Libp2pLog.TellingFailed(_logger, failed);
        }
    }
}
