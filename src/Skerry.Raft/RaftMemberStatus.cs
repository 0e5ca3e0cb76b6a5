namespace Skerry.Raft;

/// <summary>A member as this node sees it.</summary>
/// <param name="Id">Names one disk: a node whose disk was replaced comes back as another member.</param>
/// <param name="Node">The node's name.</param>
/// <param name="Role">What it is.</param>
/// <param name="Match">Up to where its log is known to be like the leader's; 0 where this node does not lead.</param>
/// <param name="Silence">How long it has not been heard; null where this node does not lead, and of itself.</param>
public sealed record RaftMemberStatus(ulong Id, string Node, RaftMemberRole Role, ulong Match, TimeSpan? Silence)
{
    /// <summary>Up to where its log should be like the leader's by now: what is to be sent to an observer gathers for a while. Without a bound where this node does not lead.</summary>
    public ulong Due { get; init; } = ulong.MaxValue;
}
