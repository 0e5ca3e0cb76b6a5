namespace Skerry.Gossip.Core;

/// <summary>The timers of a profile (memberlist's and Serf's defaults). All members of a group should use the same.</summary>
internal sealed record GossipTiming
{
    /// <summary>For one site.</summary>
    public static GossipTiming Lan { get; } = new();

    /// <summary>For the internet.</summary>
    public static GossipTiming Wan { get; } = new()
    {
        StreamTimeout = TimeSpan.FromSeconds(30),
        SuspicionMultiplier = 6,
        PushPullInterval = TimeSpan.FromSeconds(60),
        ProbeTimeout = TimeSpan.FromSeconds(3),
        ProbeInterval = TimeSpan.FromSeconds(5),
        GossipNodes = 4,
        GossipInterval = TimeSpan.FromMilliseconds(500),
        GossipToTheDeadTime = TimeSpan.FromSeconds(60),
    };

    /// <summary>For one machine.</summary>
    public static GossipTiming Local { get; } = new()
    {
        StreamTimeout = TimeSpan.FromSeconds(1),
        IndirectChecks = 1,
        RetransmitMultiplier = 2,
        SuspicionMultiplier = 3,
        PushPullInterval = TimeSpan.FromSeconds(15),
        ProbeTimeout = TimeSpan.FromMilliseconds(200),
        GossipInterval = TimeSpan.FromMilliseconds(100),
        GossipToTheDeadTime = TimeSpan.FromSeconds(15),
    };

    /// <summary>The whole of a TCP exchange.</summary>
    public TimeSpan StreamTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>Members asked to probe for us when a direct ping went unanswered.</summary>
    public int IndirectChecks { get; init; } = 3;

    /// <summary>Times log10 of the members: how often a rumour is sent.</summary>
    public int RetransmitMultiplier { get; init; } = 4;

    /// <summary>Times log10 of the members times the probe interval: the shortest suspicion.</summary>
    public int SuspicionMultiplier { get; init; } = 4;

    /// <summary>The longest suspicion over the shortest.</summary>
    public int SuspicionMaxMultiplier { get; init; } = 6;

    /// <summary>Between exchanges of the whole state; stretched above 32 members.</summary>
    public TimeSpan PushPullInterval { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>A direct ping's ack is waited for so long before others are asked.</summary>
    public TimeSpan ProbeTimeout { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>Between probes, and the length of one; stretched by the local health score.</summary>
    public TimeSpan ProbeInterval { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>One more than the worst local health score.</summary>
    public int AwarenessMaxMultiplier { get; init; } = 8;

    /// <summary>Members that rumours go to in each gossip interval.</summary>
    public int GossipNodes { get; init; } = 3;

    /// <summary>Between rounds of gossip, while there is something to tell.</summary>
    public TimeSpan GossipInterval { get; init; } = TimeSpan.FromMilliseconds(200);

    /// <summary>A dead member is still told rumours for so long, so that it can refute.</summary>
    public TimeSpan GossipToTheDeadTime { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The timers of a profile.</summary>
    public static GossipTiming Of(GossipProfile profile) => profile switch
    {
        GossipProfile.Wan => Wan,
        GossipProfile.Local => Local,
        _ => Lan,
    };
}
