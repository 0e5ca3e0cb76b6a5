namespace Skerry.Gossip.Core;

/// <summary>The goodbye has been gossiped, or waiting for it was given up.</summary>
internal sealed record LeaveFinished : GossipOutput;
