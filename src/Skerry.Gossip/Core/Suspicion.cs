using Skerry.Primitives;

namespace Skerry.Gossip.Core;

/// <summary>A member is suspected: who says so, and until when it may refute (Lifeguard, section IV-B).</summary>
internal sealed class Suspicion
{
    private readonly HashSet<string> _confirmers;
    private readonly int _wanted;
    private readonly TimeSpan _shortest;
    private readonly TimeSpan _longest;
    private int _confirmations;

    /// <param name="accuser">Who said it first; it never confirms itself.</param>
    /// <param name="wanted">Confirmations that shorten the suspicion to its minimum.</param>
    /// <param name="shortest">With that many.</param>
    /// <param name="longest">With none.</param>
    /// <param name="now">When it began.</param>
    public Suspicion(string accuser, int wanted, TimeSpan shortest, TimeSpan longest, Instant now)
    {
        _confirmers = [accuser];
        _wanted = wanted;
        _shortest = shortest;
        _longest = longest;
        Started = now;
    }

    /// <summary>When it began.</summary>
    public Instant Started { get; }

    /// <summary>When the member is held dead unless it refutes.</summary>
    public Instant Deadline => Started + GossipScaling.SuspicionDuration(_confirmations, _wanted, _shortest, _longest);

    /// <summary>Somebody else says so too.</summary>
    /// <returns>Whether that is news worth gossiping on: a new voice, and still one that counts.</returns>
    public bool Confirm(string from)
    {
        if (_confirmations >= _wanted || !_confirmers.Add(from)) return false;
        _confirmations++;
        return true;
    }
}
