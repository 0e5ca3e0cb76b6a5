using Skerry.Primitives;

namespace Skerry.Libp2p.Core.Reachability;

/// <summary>How many calls a server makes for others in a minute.</summary>
/// <param name="perPeer">For one peer. 1 or more.</param>
/// <param name="inAll">For all. 1 or more.</param>
internal sealed class DialBackBudget(int perPeer, int inAll)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);

    // Never more than are allowed in all, so counting through it is cheap.
    private readonly Queue<(PeerId Peer, Instant At)> _calls = new();

    /// <summary>Takes one call.</summary>
    /// <returns>False when there have been as many as may be.</returns>
    public bool TryTake(PeerId peer, Instant now)
    {
        while (_calls.TryPeek(out var oldest) && oldest.At + Window <= now) _calls.Dequeue();
        if (_calls.Count >= inAll || _calls.Count(call => call.Peer == peer) >= perPeer) return false;
        _calls.Enqueue((peer, now));
        return true;
    }
}
