namespace Skerry.Gossip;

/// <summary>One change of the membership, in the order this node saw it.</summary>
/// <param name="Change">What happened.</param>
/// <param name="Member">The member after the change.</param>
/// <param name="At">Wall time on this node, for people and records.</param>
public sealed record MembershipEvent(MembershipChange Change, Member Member, DateTimeOffset At);
