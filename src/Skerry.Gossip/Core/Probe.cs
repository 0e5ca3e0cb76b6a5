using Skerry.Primitives;

namespace Skerry.Gossip.Core;

/// <summary>The probe under way; there is one at a time.</summary>
/// <param name="target">Whom.</param>
/// <param name="sequence">Of its ping; the helpers' acks and nacks come back with the same.</param>
/// <param name="started">When the ping was sent.</param>
internal sealed class Probe(SwimNode target, uint sequence, Instant started)
{
    public SwimNode Target => target;

    public uint Sequence => sequence;

    public Instant Started => started;

    /// <summary>Whether others have been asked.</summary>
    public bool AskedOthers { get; set; }

    /// <summary>Helpers that will say so if they reach nobody either.</summary>
    public int NacksExpected { get; set; }

    public int NacksReceived { get; set; }

    /// <summary>Whether TCP reached it.</summary>
    public bool StreamAnswered { get; set; }
}
