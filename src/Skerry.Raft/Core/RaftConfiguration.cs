using System.Collections.Immutable;

using Skerry.Primitives;

namespace Skerry.Raft.Core;

/// <summary>Who the members are, in the order of their ids; immutable.</summary>
internal sealed class RaftConfiguration
{
    /// <summary>Nobody: a node that waits to be added.</summary>
    public static readonly RaftConfiguration Empty = new([]);

    public RaftConfiguration(IEnumerable<RaftMember> members)
    {
        Members = [.. members.OrderBy(member => member.Id)];
        for (var i = 0; i < Members.Length; i++) Invariant.That(Members[i].Id > (i == 0 ? 0 : Members[i - 1].Id));
        OldVoters = [.. Members.Where(member => member.VotesInOld).Select(member => member.Id)];
        NewVoters = [.. Members.Where(member => member.VotesInNew).Select(member => member.Id)];
        IsJoint = Members.Any(member => member.Role is MemberRole.Joining or MemberRole.Leaving or MemberRole.Demoting);
    }

    /// <summary>Everybody, by id.</summary>
    public ImmutableArray<RaftMember> Members { get; }

    /// <summary>Ids of those who vote in the set a joint configuration comes from; the same as <see cref="NewVoters"/> when it is not joint.</summary>
    public ImmutableArray<ulong> OldVoters { get; }

    /// <summary>Ids of those who vote in the set it goes to.</summary>
    public ImmutableArray<ulong> NewVoters { get; }

    /// <summary>Whether two sets of voters must agree.</summary>
    public bool IsJoint { get; }

    /// <summary>Whether a member votes in either set.</summary>
    public bool IsVoter(ulong id) => OldVoters.Contains(id) || NewVoters.Contains(id);

    /// <summary>Finds a member.</summary>
    public bool TryFind(ulong id, out RaftMember member)
    {
        foreach (var candidate in Members)
        {
            if (candidate.Id != id) continue;
            member = candidate;
            return true;
        }

        member = default;
        return false;
    }

    /// <summary>Whether those whom <paramref name="agrees"/> names are a majority (joint: of both sets).</summary>
    public bool HasQuorum(Func<ulong, bool> agrees) => Quorum.IsMajority(OldVoters, agrees) && (!IsJoint || Quorum.IsMajority(NewVoters, agrees));

    /// <summary>The configuration at the end of the change that a joint one stands for.</summary>
    public RaftConfiguration Settled() => new(Members
        .Where(member => member.Role != MemberRole.Leaving)
        .Select(member => member with
        {
            Role = member.Role switch { MemberRole.Joining => MemberRole.Voter, MemberRole.Demoting => MemberRole.Observer, var role => role },
        }));

    /// <summary>The configuration after some changes.</summary>
    /// <param name="changes">One a member.</param>
    /// <param name="alwaysJoint">Whether to go through a joint configuration even where a single step is safe.</param>
    /// <param name="changed">Joint when the voters change by more than one, since then a majority of the old and one of the new could do without each other.</param>
    public Refusal TryChange(IReadOnlyList<MemberChange> changes, bool alwaysJoint, out RaftConfiguration changed)
    {
        changed = this;
        if (IsJoint) return Refusal.ChangeUnderWay;
        var members = Members.ToDictionary(member => member.Id);
        foreach (var change in changes)
        {
            var refusal = Apply(change, members);
            if (refusal != Refusal.None) return refusal;
        }

        var joint = new RaftConfiguration(members.Values);
        if (!joint.Members.Any(member => member.VotesInNew)) return Refusal.NoVoterLeft;
        if (joint.Members.SequenceEqual(Members)) return Refusal.NoChange;
        var moved = joint.Members.Count(member => member.VotesInOld != member.VotesInNew);
        changed = moved > 1 || alwaysJoint ? joint : joint.Settled();
        return Refusal.None;
    }

    public override string ToString() => $"[{string.Join(' ', Members.Select(member => member.Role == MemberRole.Voter ? $"{member.Id:x}" : $"{member.Id:x}:{member.Role}"))}]";

    private static Refusal Apply(MemberChange change, Dictionary<ulong, RaftMember> members)
    {
        var isMember = members.TryGetValue(change.Id, out var member);
        switch (change.Kind)
        {
            case MemberChangeKind.Add when isMember:
                return Refusal.AlreadyMember;
            case MemberChangeKind.Add when change.Id != 0:
                members[change.Id] = new RaftMember(change.Id, change.Name, MemberRole.Observer);
                return Refusal.None;
            case MemberChangeKind.Promote when isMember:
                if (member.Role != MemberRole.Observer) return Refusal.NoChange;
                members[change.Id] = member with { Role = MemberRole.Joining };
                return Refusal.None;
            case MemberChangeKind.Demote when isMember:
                if (member.Role != MemberRole.Voter) return Refusal.NoChange;
                members[change.Id] = member with { Role = MemberRole.Demoting };
                return Refusal.None;
            case MemberChangeKind.Remove when isMember:
                if (member.Role == MemberRole.Voter) members[change.Id] = member with { Role = MemberRole.Leaving };
                else members.Remove(change.Id);
                return Refusal.None;
            default:
                return Refusal.UnknownMember;
        }
    }
}
