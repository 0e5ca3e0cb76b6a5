namespace Skerry.Gossip.Core;

/// <summary>The membership has changed.</summary>
/// <param name="Change">How; null: the member is there, but nothing that an event names happened (it is leaving, its incarnation grew).</param>
/// <param name="Member">The member after it.</param>
internal sealed record MemberChanged(MembershipChange? Change, Member Member) : GossipOutput;
