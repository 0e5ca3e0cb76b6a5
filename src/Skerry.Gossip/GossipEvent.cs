namespace Skerry.Gossip;

/// <summary>A user event that has reached this node: its own ones, and each of others once. Serf's agents have the same.</summary>
/// <param name="LTime">When, on the Lamport clock of events.</param>
/// <param name="Name">Its name.</param>
/// <param name="Payload">The sender's bytes.</param>
public readonly record struct GossipEvent(ulong LTime, string Name, ReadOnlyMemory<byte> Payload);
