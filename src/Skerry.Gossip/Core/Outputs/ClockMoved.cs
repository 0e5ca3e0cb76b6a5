namespace Skerry.Gossip.Core;

/// <summary>The Lamport clocks have moved: worth a line in the snapshot at the driver's leisure.</summary>
internal sealed record ClockMoved : GossipOutput
{
    public static ClockMoved Instance { get; } = new();
}
