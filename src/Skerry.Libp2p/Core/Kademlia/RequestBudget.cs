using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Kademlia;

/// <summary>How much each peer may ask: so many requests a second on average, twice as many at once.</summary>
/// <param name="perSecond">The average.</param>
internal sealed class RequestBudget(int perSecond)
{
    /// <summary>Peers remembered; above that those are forgotten who have all of their budget again.</summary>
    private const int MaxPeers = 4096;

    private static readonly TimeSpan Burst = TimeSpan.FromSeconds(2);

    // When a peer's budget will be whole again: each request puts it off by one share.
    private readonly Dictionary<PeerId, Instant> _wholeAt = [];

    /// <summary>A peer asks.</summary>
    /// <returns>False when it asks too much.</returns>
    public bool TrySpend(PeerId peer, Instant now)
    {
        var wholeAt = Instant.Max(_wholeAt.GetValueOrDefault(peer, now), now) + (TimeSpan.FromSeconds(1) / perSecond);
        if (wholeAt > now + Burst) return false;
        if (_wholeAt.Count >= MaxPeers && !_wholeAt.ContainsKey(peer))
        {
            foreach (var rested in _wholeAt.Where(entry => entry.Value <= now).Select(entry => entry.Key).ToArray()) _wholeAt.Remove(rested);
            if (_wholeAt.Count >= MaxPeers) return false;
        }

        _wholeAt[peer] = wholeAt;
        return true;
    }
}
