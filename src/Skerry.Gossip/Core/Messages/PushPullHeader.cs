namespace Skerry.Gossip.Core.Messages;

/// <summary>What stands first in a push/pull.</summary>
/// <param name="Nodes">How many node states follow.</param>
/// <param name="UserStateLength">How many bytes of user state follow those.</param>
/// <param name="Join">Whether the initiator is joining.</param>
internal readonly record struct PushPullHeader(int Nodes, int UserStateLength, bool Join);
