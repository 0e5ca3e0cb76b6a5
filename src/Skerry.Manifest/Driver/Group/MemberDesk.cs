using Skerry.Manifest.Core.Founding;
using Skerry.Manifest.Wire;
using Skerry.Raft;

namespace Skerry.Manifest.Driver.Group;

/// <summary>On the leader: does what an operator wants of a member, where the group stays able to agree.</summary>
/// <param name="raft">Changes members.</param>
/// <param name="directory">Who is there.</param>
/// <param name="peers">Welcomes newcomers.</param>
/// <param name="pins">Notes whom an operator has changed.</param>
/// <param name="cluster">The group's number.</param>
internal sealed class MemberDesk(RaftNode raft, IGroupDirectory directory, GroupPeers peers, MemberPins pins, Func<ulong> cluster)
{
    /// <summary>Silence after which a voter counts as gone: several election timeouts.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>Does it, if this node leads.</summary>
    public async Task<ManifestError> DoAsync(MemberMessage wanted, CancellationToken cancellation)
    {
        var status = raft.Status;
        if (!status.IsLeader) return ManifestError.NotLeader;
        switch ((MemberAction)wanted.Action)
        {
            case MemberAction.Add: return await AddAsync(wanted.Node, status, cancellation).ConfigureAwait(false);
            case MemberAction.Promote: return await ChangeAsync(RaftMemberChangeKind.Promote, wanted.Id, status, cancellation).ConfigureAwait(false);
            case MemberAction.Demote: return await ChangeAsync(RaftMemberChangeKind.Demote, wanted.Id, status, cancellation).ConfigureAwait(false);
            case MemberAction.Remove: return await ChangeAsync(RaftMemberChangeKind.Remove, wanted.Id, status, cancellation).ConfigureAwait(false);
            case MemberAction.Transfer: return await TransferAsync(wanted.Id, cancellation).ConfigureAwait(false);
            default: return ManifestError.MembershipRefused;
        }
    }

    private static ManifestError ToError(RaftError error) => error switch
    {
        RaftError.None or RaftError.NoChange or RaftError.AlreadyMember => ManifestError.None,
        RaftError.NotLeader or RaftError.NotReady => ManifestError.NotLeader,
        RaftError.UnknownMember => ManifestError.MemberNotFound,
        RaftError.LeaderLost => ManifestError.LeaderChanged,
        RaftError.NotCaughtUp => ManifestError.NotCaughtUp,
        RaftError.NoVoterLeft => ManifestError.MajorityLost,
        RaftError.ChangeUnderWay or RaftError.TransferUnderWay => ManifestError.ChangeUnderWay,
        RaftError.TransferAborted => ManifestError.Timeout,
        RaftError.Stopped => ManifestError.Stopped,
        _ => ManifestError.MembershipRefused,
    };

    private async Task<ManifestError> AddAsync(string node, RaftStatus status, CancellationToken cancellation)
    {
        if (directory.Servers.FirstOrDefault(server => server.Node == node) is not { IsAlive: true } newcomer) return ManifestError.NodeNotFound;
        if (newcomer.Cluster != 0 && newcomer.Cluster != cluster()) return ManifestError.NodeOfAnotherGroup;
        if (newcomer.Cluster == 0 && await peers.AskAsync(node, new GroupRequest { Welcome = cluster() }, cancellation).ConfigureAwait(false) != FoundingAnswer.Yes)
            return ManifestError.NodeNotFound;
        if (await pins.ClearAsync(newcomer.Id, cancellation).ConfigureAwait(false) is var refused and not ManifestError.None) return refused;
        if (status.Members.Any(member => member.Id == newcomer.Id)) return ManifestError.None;
        var changes = new List<RaftMemberChange> { new(RaftMemberChangeKind.Add, newcomer.Id, node) };
        // Its name on another disk: that one is gone, since a name is there once.
        changes.AddRange(status.Members.Where(member => member.Node == node).Select(member => new RaftMemberChange(RaftMemberChangeKind.Remove, member.Id)));
        return ToError(await raft.ChangeMembersAsync(changes, cancellation).ConfigureAwait(false));
    }

    private async Task<ManifestError> ChangeAsync(RaftMemberChangeKind kind, ulong id, RaftStatus status, CancellationToken cancellation)
    {
        if (status.Members.FirstOrDefault(member => member.Id == id) is not { } member) return ManifestError.MemberNotFound;
        if (kind != RaftMemberChangeKind.Promote && member.Role == RaftMemberRole.Voter && !KeepsMajority(status, id)) return ManifestError.MajorityLost;
        // Before the change, so that the autopilot does not take it back at once.
        if (await pins.SetAsync(id, kind, cancellation).ConfigureAwait(false) is var unpinned and not ManifestError.None) return unpinned;
        var error = ToError(await raft.ChangeMembersAsync([new RaftMemberChange(kind, id)], cancellation).ConfigureAwait(false));
        if (error is not (ManifestError.None or ManifestError.LeaderChanged)) await pins.ClearAsync(id, cancellation).ConfigureAwait(false);
        return error;
    }

    private async Task<ManifestError> TransferAsync(ulong id, CancellationToken cancellation)
    {
        if (id == raft.Id) return ManifestError.None;
        var error = ToError(await raft.TransferLeadershipAsync(id, cancellation).ConfigureAwait(false));
        return error is ManifestError.MemberNotFound ? ManifestError.BadTransferTarget : error;
    }

    /// <summary>Whether, of the voters that would be left, a majority is heard.</summary>
    private static bool KeepsMajority(RaftStatus status, ulong without)
    {
        var left = status.Members.Where(member => member.Role == RaftMemberRole.Voter && member.Id != without).ToList();
        return left.Count(member => member.Id == status.Id || member.Silence < Patience) > left.Count / 2;
    }
}
