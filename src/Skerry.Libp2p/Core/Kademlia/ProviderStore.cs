using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Kademlia;

/// <summary>Who provides what, as told to this node. Invariant: the oldest word stands first, so what has run out is found without a search.</summary>
/// <param name="options">The bounds.</param>
internal sealed class ProviderStore(DhtOptions options)
{
    private readonly Dictionary<DhtKey, List<ProviderRecord>> _byKey = [];
    private readonly Dictionary<(DhtKey Key, PeerId Provider), LinkedListNode<ProviderRecord>> _records = [];
    private readonly Dictionary<PeerId, int> _keysOf = [];
    private readonly LinkedList<ProviderRecord> _byAge = [];

    /// <summary>Records held.</summary>
    public int Count => _records.Count;

    /// <summary>When the first runs out.</summary>
    public Instant NextExpiry => _byAge.First is { } first ? first.Value.At + options.ProviderExpiry : Instant.Never;

    /// <summary>A peer says that it provides a key.</summary>
    /// <returns>False when there is no room for it.</returns>
    public bool TryAdd(DhtKey key, PeerAddresses provider, Instant now)
    {
        if (!_records.TryGetValue((key, provider.Peer), out var node))
        {
            var keys = _keysOf.GetValueOrDefault(provider.Peer);
            if (keys >= options.MaxKeysPerProvider) return false;
            var isKnown = _byKey.TryGetValue(key, out var providers);
            if (isKnown ? providers!.Count >= options.MaxProvidersPerKey : _byKey.Count >= options.MaxKeys) return false;
            node = new LinkedListNode<ProviderRecord>(new ProviderRecord(key, provider.Peer));
            _records.Add((key, provider.Peer), node);
            _keysOf[provider.Peer] = keys + 1;
            if (!isKnown) _byKey.Add(key, providers = []);
            providers!.Add(node.Value);
        }
        else
        {
            _byAge.Remove(node);
        }

        _byAge.AddLast(node);
        node.Value.At = now;
        if (provider.Addresses.Count > 0) node.Value.Addresses = provider.Addresses;
        return true;
    }

    /// <summary>Who provides a key, in no order; some of them where there are more than are wanted.</summary>
    /// <param name="key">The key.</param>
    /// <param name="limit">How many are wanted.</param>
    /// <param name="random">Says which, so that all are named in time.</param>
    public IEnumerable<ProviderRecord> Find(DhtKey key, int limit, Prng random)
    {
        if (!_byKey.TryGetValue(key, out var providers)) return [];
        if (providers.Count <= limit) return providers;
        var first = random.Next(providers.Count);
        return Enumerable.Range(first, limit).Select(at => providers[at % providers.Count]);
    }

    /// <summary>Lets go of what has run out.</summary>
    public void Expire(Instant now)
    {
        while (_byAge.First is { } first && first.Value.At + options.ProviderExpiry <= now) Remove(first);
    }

    private void Remove(LinkedListNode<ProviderRecord> node)
    {
        var record = node.Value;
        _byAge.Remove(node);
        _records.Remove((record.Key, record.Provider));
        var providers = _byKey[record.Key];
        providers.Remove(record);
        if (providers.Count == 0) _byKey.Remove(record.Key);
        if (_keysOf[record.Provider] > 1) _keysOf[record.Provider]--;
        else _keysOf.Remove(record.Provider);
    }
}
