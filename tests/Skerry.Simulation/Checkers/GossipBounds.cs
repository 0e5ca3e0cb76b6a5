using Skerry.Gossip;

namespace Skerry.Simulation;

/// <summary>
/// How long the protocol may take on a quiet network, from the timers of memberlist and Serf. Written from the specification and not from
/// the core, so that a core with wrong timers breaks them. README.md has the arithmetic in full with numbers.
/// </summary>
internal sealed record GossipBounds
{
    /// <summary>Lifeguard's largest local health multiplier: a probe of an unwell node takes up to this many intervals.</summary>
    private const int HealthMultiplier = 8;

    /// <summary>
    /// Probes until somebody has probed a given node. Each of the others picks it with a chance of 1/(n-1) an interval, so the chance that
    /// none did in t intervals is e^-t: 25 leave 1e-11. No node waits longer than two rounds of its list, first in one, last in the next.
    /// </summary>
    private const int SureIntervals = 25;

    /// <summary>Time between two probes of one node.</summary>
    public required TimeSpan ProbeInterval { get; init; }

    /// <summary>Time a direct probe waits.</summary>
    public required TimeSpan ProbeTimeout { get; init; }

    /// <summary>Suspicion lasts at least this many intervals, times log10(n).</summary>
    public required int SuspicionMultiplier { get; init; }

    /// <summary>And at most this many times that.</summary>
    public int SuspicionMaxMultiplier { get; init; } = 6;

    /// <summary>Sends of one message by one node, times log10(n+1).</summary>
    public required int RetransmitMultiplier { get; init; }

    /// <summary>Time between two rounds of gossip.</summary>
    public required TimeSpan GossipInterval { get; init; }

    /// <summary>Time between two exchanges of full state of one node, in a group of up to 32.</summary>
    public required TimeSpan PushPullInterval { get; init; }

    /// <summary>Serf tries a failed member again this often; in a side with more failed than alive, every time.</summary>
    public TimeSpan ReconnectInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>How long the dead are still gossiped to.</summary>
    public required TimeSpan GossipToTheDead { get; init; }

    /// <summary>The timers of a profile (specification, section 10).</summary>
    public static GossipBounds Of(GossipProfile profile) => profile switch
    {
        GossipProfile.Wan => new GossipBounds
        {
            ProbeInterval = TimeSpan.FromSeconds(5),
            ProbeTimeout = TimeSpan.FromSeconds(3),
            SuspicionMultiplier = 6,
            RetransmitMultiplier = 4,
            GossipInterval = TimeSpan.FromMilliseconds(500),
            PushPullInterval = TimeSpan.FromSeconds(60),
            GossipToTheDead = TimeSpan.FromSeconds(60),
        },
        GossipProfile.Local => new GossipBounds
        {
            ProbeInterval = TimeSpan.FromSeconds(1),
            ProbeTimeout = TimeSpan.FromMilliseconds(200),
            SuspicionMultiplier = 3,
            RetransmitMultiplier = 2,
            GossipInterval = TimeSpan.FromMilliseconds(100),
            PushPullInterval = TimeSpan.FromSeconds(15),
            GossipToTheDead = TimeSpan.FromSeconds(15),
        },
        _ => new GossipBounds
        {
            ProbeInterval = TimeSpan.FromSeconds(1),
            ProbeTimeout = TimeSpan.FromMilliseconds(500),
            SuspicionMultiplier = 4,
            RetransmitMultiplier = 4,
            GossipInterval = TimeSpan.FromMilliseconds(200),
            PushPullInterval = TimeSpan.FromSeconds(30),
            GossipToTheDead = TimeSpan.FromSeconds(30),
        },
    };

    /// <summary>The shortest suspicion in a group of n: mult * max(1, log10 n) * interval.</summary>
    public TimeSpan LeastSuspicion(int nodes) => SuspicionMultiplier * Math.Max(1, Math.Log10(Math.Max(1, nodes))) * ProbeInterval;

    /// <summary>The longest, when nobody confirms it.</summary>
    public TimeSpan MostSuspicion(int nodes) => SuspicionMaxMultiplier * LeastSuspicion(nodes);

    /// <summary>One node's time between exchanges of full state: x (ceil(log2 n - 5) + 1) above 32 nodes.</summary>
    public TimeSpan PushPull(int nodes) => nodes <= 32 ? PushPullInterval : PushPullInterval * (Math.Ceiling(Math.Log2(nodes) - 5) + 1);

    /// <summary>Rounds of gossip a message lives in a node that has nothing else to say, and so about the time to reach nearly all.</summary>
    public TimeSpan Spread(int nodes) => RetransmitMultiplier * Math.Ceiling(Math.Log10(nodes + 1)) * GossipInterval;

    /// <summary>
    /// From a crash to the first node that holds it dead: until somebody has probed it, while a share of all probes goes to other dead nodes
    /// and takes the full 8 intervals; that probe itself; and the longest suspicion.
    /// </summary>
    public TimeSpan FirstDetection(int nodes, double deadShare = 0) =>
        (Math.Min(2 * nodes, SureIntervals) * ProbeInterval * (1 + ((HealthMultiplier - 1) * deadShare)))
        + (HealthMultiplier * ProbeInterval) + MostSuspicion(nodes);

    /// <summary>
    /// From a crash to all: the first detection, its spread, and for those gossip missed (each node misses a message with a chance of about
    /// e^-8) their own next exchange of full state, which tells them a suspicion only, so the longest suspicion again.
    /// </summary>
    public TimeSpan Detection(int nodes, double deadShare = 0) =>
        FirstDetection(nodes, deadShare) + Spread(nodes) + PushPull(nodes) + MostSuspicion(nodes);

    /// <summary>
    /// The longest a live node is held dead on a quiet network. Two sides that hold each other dead meet by two reconnects: the first makes
    /// both ends refute, the second carries the higher incarnations over. A reconnect comes every 30 s, for sure in the smaller side (it
    /// holds more failed than alive), and picks at random, so as many again for picking the same pair twice. Then an exchange of full state
    /// each for the two ends, and the spread. One held dead by a few only comes back by the first such exchange, and sooner.
    /// </summary>
    public TimeSpan HeldDead(int nodes) => (4 * ReconnectInterval) + (2 * PushPull(nodes)) + Spread(nodes);

    /// <summary>From healing to equal views: whoever is held dead is back, and who crashed just before is detected.</summary>
    public TimeSpan Convergence(int nodes) => HeldDead(nodes) + Detection(nodes);
}
