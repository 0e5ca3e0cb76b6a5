namespace Skerry.Gossip.Core;

/// <summary>How the protocol's numbers grow with the group: pure arithmetic (Lifeguard, section IV; memberlist).</summary>
internal static class GossipScaling
{
    /// <summary>How often a rumour is sent before it is dropped, in a group of <paramref name="members"/>.</summary>
    public static int RetransmitLimit(int multiplier, int members) => multiplier * (int)Math.Ceiling(Math.Log10(members + 1));

    /// <summary>The shortest suspicion: what it takes every member to hear of it and the accused to answer.</summary>
    public static TimeSpan SuspicionTimeout(int multiplier, int members, TimeSpan probeInterval)
    {
        // Three decimals, as memberlist keeps them, so that mixed groups agree.
        var scale = (long)(Math.Max(1.0, Math.Log10(Math.Max(1, members))) * 1000);
        return multiplier * new TimeSpan(probeInterval.Ticks * scale / 1000);
    }

    /// <summary>Other members' voices that make a suspicion as short as it gets; none where too few are there to raise them.</summary>
    public static int WantedConfirmations(int multiplier, int members) => multiplier - 2 is var wanted && members - 2 < wanted ? 0 : wanted;

    /// <summary>
    /// What a suspicion lasts in all after <paramref name="confirmations"/> members have said the same: from <paramref name="longest"/> with none
    /// down to <paramref name="shortest"/> with <paramref name="wanted"/>, on a logarithmic curve.
    /// </summary>
    public static TimeSpan SuspicionDuration(int confirmations, int wanted, TimeSpan shortest, TimeSpan longest)
    {
        if (wanted <= 0) return shortest;
        var fraction = Math.Log(confirmations + 1.0) / Math.Log(wanted + 1.0);
        var seconds = longest.TotalSeconds - fraction * (longest - shortest).TotalSeconds;
        var duration = TimeSpan.FromMilliseconds(Math.Floor(seconds * 1000));
        return duration < shortest ? shortest : duration;
    }

    /// <summary>Time between exchanges of the whole state: stretched above 32 members, for each doubling once more.</summary>
    public static TimeSpan PushPullInterval(TimeSpan interval, int members) =>
        members <= 32 ? interval : ((int)Math.Ceiling(Math.Log2(members) - 5) + 1) * interval;

    /// <summary>How long answers to a query are waited for.</summary>
    public static TimeSpan QueryTimeout(TimeSpan gossipInterval, int members) => 16 * (int)Math.Ceiling(Math.Log10(members + 1)) * gossipInterval;
}
