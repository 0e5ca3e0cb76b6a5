using Microsoft.Extensions.Logging;

using Skerry.Raft;

namespace Skerry.Manifest.Driver.Group;

/// <summary>
/// Brings a group back whose majority is lost for good, from this node alone. The group gets a new number and this node a new id, so that servers that were not lost after all form another
/// group and do not mix with it.
/// </summary>
/// <param name="raft">Goes on alone.</param>
/// <param name="founder">Gives the group another number.</param>
/// <param name="directory">Who is there.</param>
/// <param name="peers">Asks those who may be there though nobody sees them.</param>
/// <param name="logger">Told.</param>
internal sealed class Recoverer(RaftNode raft, Founder founder, IGroupDirectory directory, GroupPeers peers, ILogger logger)
{
    /// <summary>Finds out whether it may be done, and does it.</summary>
    /// <param name="lost">Servers that the operator says are gone for good.</param>
    /// <param name="isConfirmed">Whether to do it; else only to say what would be.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="Storage.StorageException">The disk refuses.</exception>
    public async Task<GroupRecovery> RunAsync(IReadOnlyCollection<string> lost, bool isConfirmed, CancellationToken cancellation)
    {
        var status = raft.Status;
        var (refusal, nodes) = await CheckAsync(status, lost, cancellation).ConfigureAwait(false);
        var others = status.Members.Where(member => member.Id != status.Id && IsSeen(member.Id) && !nodes.Contains(member.Node)).Select(member => member.Node).Order(StringComparer.Ordinal).ToList();
        var outcome = new GroupRecovery(refusal, nodes, status.LastIndex, status.LastTerm, status.CommitIndex, others);
        if (refusal != RecoveryRefusal.None || !isConfirmed) return outcome;
        ManifestLog.Recovering(logger, status.LastIndex, status.LastTerm, status.CommitIndex, string.Join(", ", nodes));
        // The number first: what stops in between is begun again by asking once more.
        var before = founder.Recover();
        var error = await raft.RecoverAsync(CancellationToken.None).ConfigureAwait(false);
        if (error == RaftError.None) return outcome;
        founder.TakeBack(before);
        return outcome with { Refusal = error == RaftError.NoChange ? RecoveryRefusal.HasLeader : RecoveryRefusal.NoMember };
    }

    private bool IsSeen(ulong id) => directory.Servers.Any(server => server.Id == id && server.IsAlive);

    private async Task<(RecoveryRefusal Refusal, IReadOnlyList<string> Nodes)> CheckAsync(RaftStatus status, IReadOnlyCollection<string> lost, CancellationToken cancellation)
    {
        if (founder.Cluster == 0 || status.LastIndex == 0) return (RecoveryRefusal.NoMember, []);
        if (status.LeaderId != 0) return (RecoveryRefusal.HasLeader, [status.Leader ?? ""]);
        var servers = status.Members.Where(member => member.Role == RaftMemberRole.Voter && member.Id != status.Id).ToList();
        // Membership may take for dead what the tunnel still reaches.
        var answers = await Task.WhenAll(servers.Select(server => peers.ReportAsync(server.Node, cancellation))).ConfigureAwait(false);
        var alive = servers.Where((server, i) => IsSeen(server.Id) || answers[i]?.Id == server.Id).Select(server => server.Node).ToList();
        if (alive.Count > 0) return (RecoveryRefusal.ServersAlive, alive);
        var unconfirmed = servers.Select(server => server.Node).Where(node => !lost.Contains(node)).ToList();
        return unconfirmed.Count > 0 ? (RecoveryRefusal.NotConfirmed, unconfirmed) : (RecoveryRefusal.None, [.. servers.Select(server => server.Node).Order(StringComparer.Ordinal)]);
    }
}
