namespace Skerry.Manifest.Core;

/// <summary>
/// Which requests were applied, a client at a time (the sessions of Ongaro's thesis, section 6.3). Bounded: <see cref="ManifestLimits.MaxClients"/> clients,
/// the one not heard for the longest goes first.
/// </summary>
internal sealed class RequestHistory
{
    private readonly Dictionary<ulong, ClientRequests> _clients = [];
    private ulong _uses;

    public IEnumerable<ClientRequests> InOrder => _clients.Values.OrderBy(client => client.LastUsed);

    public ulong Hash
    {
        get
        {
            var hash = (ulong)_clients.Count;
            foreach (var client in _clients.Values) hash += StateHash.Mix(client.Hash, StateHash.Mix(client.Client, client.Floor));
            return hash;
        }
    }

    /// <summary>Whether a request was applied already, or given up, and with what outcome.</summary>
    public bool IsKnown(in RequestId id, out RequestOutcome outcome)
    {
        outcome = default;
        if (id.Client == 0 || !_clients.TryGetValue(id.Client, out var client)) return false;
        if (client.TryFind(id.Sequence, out outcome)) return true;
        if (id.Sequence >= client.Floor) return false;
        outcome = new RequestOutcome(ManifestError.GivenUp, 0, 0, false);
        return true;
    }

    public void Add(in RequestId id, in RequestOutcome outcome)
    {
        if (id.Client == 0) return;
        var client = Client(id.Client);
        client.LastUsed = ++_uses;
        client.Settle(Math.Min(id.Settled, id.Sequence));
        client.Add(id.Sequence, outcome);
    }

    /// <summary>A client as a snapshot knows it, in the order of their use.</summary>
    public ClientRequests Load(ulong id)
    {
        var client = Client(id);
        client.LastUsed = ++_uses;
        return client;
    }

    private ClientRequests Client(ulong id)
    {
        if (_clients.TryGetValue(id, out var client)) return client;
        if (_clients.Count == ManifestLimits.MaxClients) _clients.Remove(_clients.Values.MinBy(known => known.LastUsed)!.Client);
        return _clients[id] = new ClientRequests(id);
    }
}
