namespace Skerry.Gossip.Core.Messages;

/// <summary>When a member's status last changed.</summary>
/// <param name="Node">The member.</param>
/// <param name="LTime">On the member clock.</param>
internal readonly record struct StatusTime(string Node, ulong LTime);
