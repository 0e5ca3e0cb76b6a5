namespace Skerry.Gossip.Core;

/// <summary>Something the core wants done; the driver does them in the order they come.</summary>
internal abstract record GossipOutput;
