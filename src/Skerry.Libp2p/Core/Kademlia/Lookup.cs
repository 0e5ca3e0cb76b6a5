namespace Skerry.Libp2p.Core.Kademlia;

/// <summary>
/// The search for the nodes closest to a place: ask the closest known, hear of closer ones, until the k closest that are alive have all answered
/// (kad-dht/README.md, "Peer routing"). Invariant: candidates stand in order of distance, each peer once.
/// </summary>
/// <param name="target">Where to.</param>
/// <param name="count">k.</param>
/// <param name="concurrency">Alpha: the most asked at once.</param>
internal sealed class Lookup(KadKey target, int count, int concurrency)
{
    /// <summary>Candidates remembered, by k: a liar can name any number.</summary>
    private const int MaxCandidates = 16;

    private readonly List<LookupCandidate> _candidates = [];
    private readonly Dictionary<PeerId, LookupCandidate> _byPeer = [];

    /// <summary>Nodes asked that have neither answered nor failed.</summary>
    public int Asked { get; private set; }

    /// <summary>Nodes that have answered, the closest first, at most k.</summary>
    public IEnumerable<PeerAddresses> Answered =>
        _candidates.Where(candidate => candidate.Step == LookupStep.Answered).Take(count).Select(candidate => candidate.Peer);

    /// <summary>How many have answered.</summary>
    public int AnsweredCount { get; private set; }

    /// <summary>Somebody has named a node.</summary>
    public void Add(PeerAddresses peer)
    {
        if (_byPeer.ContainsKey(peer.Peer)) return;
        var candidate = new LookupCandidate(peer, KadKey.Of(peer.Peer.Bytes).DistanceTo(target));
        var at = _candidates.BinarySearch(candidate, LookupCandidate.ByDistance);
        if (at >= 0) return;
        _candidates.Insert(~at, candidate);
        _byPeer.Add(peer.Peer, candidate);
        if (_candidates.Count <= MaxCandidates * count) return;
        var farthest = _candidates.FindLastIndex(one => one.Step == LookupStep.Known);
        if (farthest < 0) return;
        _byPeer.Remove(_candidates[farthest].Peer.Peer);
        _candidates.RemoveAt(farthest);
    }

    /// <summary>The next node to ask; false when there is none for now, and none at all when nobody is asked either.</summary>
    public bool TryNext(out PeerAddresses peer)
    {
        peer = null!;
        if (Asked >= concurrency) return false;
        var alive = 0;
        foreach (var candidate in _candidates)
        {
            if (candidate.Step == LookupStep.Failed) continue;
            if (++alive > count) return false;
            if (candidate.Step != LookupStep.Known) continue;
            candidate.Step = LookupStep.Asked;
            Asked++;
            peer = candidate.Peer;
            return true;
        }

        return false;
    }

    /// <summary>A node that was asked has answered or failed.</summary>
    public void Conclude(PeerId peer, bool hasAnswered)
    {
        if (!_byPeer.TryGetValue(peer, out var candidate) || candidate.Step != LookupStep.Asked) return;
        Asked--;
        candidate.Step = hasAnswered ? LookupStep.Answered : LookupStep.Failed;
        if (hasAnswered) AnsweredCount++;
    }

    /// <summary>Whether the k closest that are alive have all answered: those asked further away need not be waited for.</summary>
    public bool IsComplete
    {
        get
        {
            var alive = 0;
            foreach (var candidate in _candidates)
            {
                if (candidate.Step == LookupStep.Failed) continue;
                if (candidate.Step != LookupStep.Answered) return false;
                if (++alive == count) return true;
            }

            return true;
        }
    }
}
