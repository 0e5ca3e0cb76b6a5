namespace Skerry.Manifest;

/// <summary>How a group fares, put together by one of its nodes from what all say.</summary>
/// <param name="Leader">The leader's number; 0: none is known.</param>
/// <param name="Term">The latest term any node is in.</param>
/// <param name="CommitIndex">Up to where this node knows the log to be agreed on.</param>
/// <param name="Members">Everybody, by node.</param>
public sealed record GroupReport(ulong Leader, ulong Term, ulong CommitIndex, IReadOnlyList<GroupMemberReport> Members)
{
    /// <summary>Whether the node that put it together is no member any more: it was removed, and <see cref="Members"/> are the others as it last knew them.</summary>
    public bool IsOutside { get; init; }

    /// <summary>How many voters may fail yet before the majority is gone, by who answered; below 0: it is gone.</summary>
    public int FailureTolerance
    {
        get
        {
            var voters = Members.Count(member => member.IsVoter);
            return Members.Count(member => member is { IsVoter: true, IsReachable: true }) - ((voters / 2) + 1);
        }
    }
}
