using System.Runtime.CompilerServices;

using Skerry.Libp2p.Driver;

namespace Skerry.Libp2p;

/// <summary>This host's part in a Kademlia DHT (libp2p kad-dht/README.md). The peers it is connected to that are in the DHT too are its way in. Safe to use from many threads.</summary>
public sealed class Dht
{
    private readonly DhtDriver _driver;

    internal Dht(DhtDriver driver) => _driver = driver;

    /// <summary>What this node is.</summary>
    public DhtMode Mode => _driver.Mode;

    /// <summary>Nodes known that answer.</summary>
    public int Nodes => _driver.Nodes;

    /// <summary>Records of providers held for others.</summary>
    public int Records => _driver.Records;

    /// <summary>Makes this node a server or a client, and tells the connected peers.</summary>
    public Task SetModeAsync(DhtMode mode, CancellationToken cancel = default) => _driver.SetModeAsync(mode, cancel);

    /// <summary>Lets the nodes closest to a key know that this node provides it, now and again until <see cref="StopProviding"/>.</summary>
    /// <param name="key">What is provided.</param>
    /// <param name="cancel">Stops waiting; that the key is provided stays.</param>
    /// <returns>How many nodes were told: 0 when none is known, and then the first that comes is.</returns>
    /// <exception cref="Libp2pException">Too many queries run, or too much is provided.</exception>
    public Task<int> ProvideAsync(DhtKey key, CancellationToken cancel = default) => _driver.ProvideAsync(key, cancel);

    /// <summary>Says no more that this node provides a key; what it has said runs out (<see cref="DhtOptions.ProviderExpiry"/>).</summary>
    public void StopProviding(DhtKey key) => _driver.StopProviding(key);

    /// <summary>Looks for peers that provide a key; each comes once, as soon as it is found. Their addresses are their word, and may be missing.</summary>
    /// <param name="key">What is looked for.</param>
    /// <param name="limit">How many are enough: 1 or more.</param>
    /// <param name="cancel">Ends the search.</param>
    /// <exception cref="Libp2pException">Too many queries run.</exception>
    public async IAsyncEnumerable<PeerAddresses> FindProvidersAsync(DhtKey key, int limit = 20, [EnumeratorCancellation] CancellationToken cancel = default)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(limit);
        await foreach (var found in _driver.FindProvidersAsync(key, limit, cancel).ConfigureAwait(false)) yield return found;
    }

    /// <summary>Looks for a peer's addresses.</summary>
    /// <returns>Where it is said to be; null when nobody knows.</returns>
    /// <exception cref="Libp2pException">Too many queries run.</exception>
    public Task<PeerAddresses?> FindPeerAsync(PeerId peer, CancellationToken cancel = default) => _driver.FindPeerAsync(peer, cancel);
}
