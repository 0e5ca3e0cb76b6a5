using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Kademlia;

/// <content>What it asks.</content>
internal sealed partial class KademliaCore
{
    private readonly Dictionary<long, KadRequest> _requests = [];
    private readonly Dictionary<long, KadQuery> _queries = [];

    // All requests may take equally long, and all queries: the first to begin is the first to be late.
    private readonly Queue<(long Number, Instant Deadline)> _requestDeadlines = [];
    private readonly Queue<KadQuery> _queryDeadlines = [];
    private long _lastRequest;
    private long _lastQuery;
    private long _lastOwnQuery;
    private int _userQueries;

    /// <summary>Looks for a peer's addresses; <see cref="KadOutputKind.Found"/> tells them.</summary>
    /// <returns>False when as many queries run as may.</returns>
    public bool TryFindPeer(PeerId peer, Instant now, out long number)
    {
        if (!TryNumber(out number)) return false;
        var query = Query(number, KadQueryKind.FindPeer, peer.Bytes.ToArray(), 1, now);
        if (Known(peer) is { } known) Find(query, known);
        Run(query, now);
        return true;
    }

    /// <summary>Looks for peers that provide a key; <see cref="KadOutputKind.Found"/> tells each once.</summary>
    /// <param name="key">The key.</param>
    /// <param name="limit">How many are enough.</param>
    /// <param name="now">This moment.</param>
    /// <param name="number">The query's.</param>
    /// <returns>False when as many queries run as may.</returns>
    public bool TryFindProviders(DhtKey key, int limit, Instant now, out long number)
    {
        if (!TryNumber(out number)) return false;
        var query = Query(number, KadQueryKind.FindProviders, key.Bytes.ToArray(), limit, now);
        foreach (var record in _providers.Find(key, limit, _random)) Find(query, Describe(record, now));
        Run(query, now);
        return true;
    }

    /// <summary>Lets the nodes closest to a key know that this node provides it, now and again until it is stopped.</summary>
    /// <returns>False when as many queries run as may, or as much is provided.</returns>
    public bool TryProvide(DhtKey key, Instant now, out long number)
    {
        number = 0;
        if (!_provided.ContainsKey(key) && _provided.Count >= _options.MaxProvided) return false;
        if (!TryNumber(out number)) return false;
        _provided.TryAdd(key, new Provision());
        _provided[key].NextAt = Instant.Never;
        Run(Query(number, KadQueryKind.Provide, key.Bytes.ToArray(), 0, now), now);
        return true;
    }

    /// <summary>Nobody waits for a query any more.</summary>
    public void Cancel(long number, Instant now)
    {
        if (!_queries.Remove(number, out var query)) return;
        query.IsOver = true;
        _userQueries--;
        if (query.Kind == KadQueryKind.Provide) Provided(query, now);
    }

    /// <summary>A node has answered, or has been told.</summary>
    /// <param name="number">The request's.</param>
    /// <param name="answer">What it says; null when it was only told.</param>
    /// <param name="now">This moment.</param>
    public void Answered(long number, KadMessage? answer, Instant now)
    {
        if (!_requests.Remove(number, out var request)) return;
        See(request.Peer, now);
        if (request.Query is not { IsOver: false } query) return;
        if (request.Kind == KadOutputKind.Tell)
        {
            query.Telling--;
            query.Told++;
        }
        else
        {
            foreach (var closer in (answer?.Closer ?? []).Where(peer => peer.Peer != _self).Take(2 * _options.Replication)) Hear(query, closer);
            if (query.Kind == KadQueryKind.FindProviders)
            {
                foreach (var provider in answer?.Providers ?? []) Find(query, provider);
            }

            query.Lookup.Conclude(request.Peer.Peer, hasAnswered: true);
        }

        Run(query, now);
    }

    /// <summary>A node could not be reached, has not answered, or not as it should.</summary>
    public void Failed(long number, Instant now)
    {
        if (!_requests.Remove(number, out var request)) return;
        _table.Failed(request.Peer.Peer, now);
        if (request.Query is not { IsOver: false } query) return;
        if (request.Kind == KadOutputKind.Tell) query.Telling--;
        else query.Lookup.Conclude(request.Peer.Peer, hasAnswered: false);
        Run(query, now);
    }

    private bool TryNumber(out long number)
    {
        number = 0;
        if (_userQueries >= _options.MaxQueries) return false;
        _userQueries++;
        number = ++_lastQuery;
        return true;
    }

    private KadQuery Query(long number, KadQueryKind kind, byte[] key, int limit, Instant now)
    {
        var place = KadKey.Of(key);
        var lookup = new Lookup(place, _options.Replication, _options.Concurrency);
        var known = _table.Closest(place, _options.Replication);
        // With nobody left that answers, those are asked that did.
        if (known.Count == 0) known = _table.Closest(place, _options.Replication, withFailing: true);
        foreach (var entry in known) lookup.Add(entry.Describe());
        var query = new KadQuery(number, kind, key, lookup, now + _options.QueryTimeout) { Limit = limit };
        _queries.Add(number, query);
        _queryDeadlines.Enqueue(query);
        return query;
    }

    private void Run(KadQuery query, Instant now)
    {
        if (query.Limit > 0 && query.Found.Count >= query.Limit)
        {
            End(query, now);
            return;
        }

        if (!query.IsTelling)
        {
            while (query.Lookup.TryNext(out var next)) Send(next, query, query.Question, KadOutputKind.Ask, now);
            if (!query.Lookup.IsComplete) return;
            if (query.Kind == KadQueryKind.Provide) TellAll(query, now);
        }

        if (query.Telling == 0) End(query, now);
    }

    private void TellAll(KadQuery query, Instant now)
    {
        query.IsTelling = true;
        var record = new KadMessage(KadMessageType.AddProvider, query.Key, [], [new PeerAddresses(_self, Addresses)]);
        foreach (var node in query.Lookup.Answered)
        {
            query.Telling++;
            Send(node, query, record, KadOutputKind.Tell, now);
        }
    }

    private void Hear(KadQuery query, PeerAddresses peer)
    {
        if (query.Kind == KadQueryKind.FindPeer && peer.Addresses.Count > 0 && peer.Peer.Bytes.SequenceEqual(query.Key)) Find(query, peer);
        query.Lookup.Add(peer);
    }

    private void Find(KadQuery query, PeerAddresses peer)
    {
        if (query.Found.Count < query.Limit && query.Found.Add(peer.Peer)) _outputs.Enqueue(new KadOutput(KadOutputKind.Found, query.Number, peer));
    }

    private void End(KadQuery query, Instant now)
    {
        query.IsOver = true;
        _queries.Remove(query.Number);
        if (query.Kind == KadQueryKind.Provide) Provided(query, now);
        if (query.Kind == KadQueryKind.Refresh) ContinueRefresh(now);
        if (query.IsOwn) return;
        _userQueries--;
        var count = query.Kind == KadQueryKind.Provide ? query.Told : query.Lookup.AnsweredCount;
        _outputs.Enqueue(new KadOutput(KadOutputKind.Done, query.Number, Count: count));
    }

    private void Send(PeerAddresses peer, KadQuery? query, KadMessage message, KadOutputKind kind, Instant now)
    {
        var number = ++_lastRequest;
        var deadline = now + _options.RequestTimeout;
        // What is known of it here is newer than what others say.
        var target = _connected.TryGetValue(peer.Peer, out var addresses) && addresses.Count > 0 ? new PeerAddresses(peer.Peer, addresses) : peer;
        _requests.Add(number, new KadRequest(target, query, kind, deadline));
        _requestDeadlines.Enqueue((number, deadline));
        _outputs.Enqueue(new KadOutput(kind, number, target, message));
    }
}
