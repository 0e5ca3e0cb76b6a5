namespace Skerry.Raft.Core;

/// <summary>
/// A member of the group.
/// </summary>
/// <param name="Id">
/// Names one disk: made when a node's data directory is made, and stored in it. A node whose disk is wiped or replaced comes back with another id, as
/// somebody nobody has heard of. Never 0.
/// </param>
/// <param name="Name">The node, for the transport and for people. During a replacement two members may bear one name.</param>
/// <param name="Role">What it is.</param>
internal readonly record struct RaftMember(ulong Id, string Name, MemberRole Role)
{
    /// <summary>Whether it votes in the set that a joint configuration comes from.</summary>
    public bool VotesInOld => Role is MemberRole.Voter or MemberRole.Leaving or MemberRole.Demoting;

    /// <summary>Whether it votes in the set that a joint configuration goes to.</summary>
    public bool VotesInNew => Role is MemberRole.Voter or MemberRole.Joining;
}
