using Skerry.Raft;

namespace Skerry.Manifest.Driver.Group;

/// <summary>The group's log, made of Raft: on the leader a command is appended, elsewhere it goes to the leader.</summary>
/// <param name="raft">This node's part in it.</param>
/// <param name="manifest">Stamps commands.</param>
/// <param name="peers">The way to the leader.</param>
/// <param name="cluster">The group's number.</param>
internal sealed class RaftManifestLog(RaftNode raft, ManifestNode manifest, GroupPeers peers, Func<ulong> cluster) : IManifestLog
{
    public ManifestLogStatus Status
    {
        get
        {
            var status = raft.Status;
            var isLearner = status.Members.FirstOrDefault(member => member.Id == status.Id)?.Role != RaftMemberRole.Voter;
            return new ManifestLogStatus(cluster(), status.Id, status.LeaderId, status.Term, status.CommitIndex, status.AppliedIndex, isLearner);
        }
    }

    public Task<ManifestError> ProposeAsync(Memory<byte> command, CancellationToken cancellation)
    {
        var status = raft.Status;
        if (status.IsLeader) return AppendAsync(command, cancellation);
        return status.Leader is { } leader ? peers.ProposeAsync(leader, command, cancellation) : Task.FromResult(ManifestError.NoLeader);
    }

    /// <summary>Appends here, whoever asked for it.</summary>
    public async Task<ManifestError> AppendAsync(ReadOnlyMemory<byte> command, CancellationToken cancellation)
    {
        // The log keeps the bytes, and the caller stamps the same ones again when it tries again.
        var own = command.ToArray();
        manifest.Stamp(own);
        return ErrorOf((await raft.ProposeAsync(own, cancellation).ConfigureAwait(false)).Error);
    }

    public async ValueTask<ManifestError> ReadBarrierAsync(CancellationToken cancellation) =>
        ErrorOf((await raft.ReadIndexAsync(RaftReadMode.Quorum, cancellation).ConfigureAwait(false)).Error);

    public static ManifestError ErrorOf(RaftError error) => error switch
    {
        RaftError.None => ManifestError.None,
        RaftError.NotLeader or RaftError.NotReady or RaftError.TransferUnderWay => ManifestError.NoLeader,
        RaftError.TooMuchInFlight => ManifestError.TooManyRequests,
        RaftError.TooLarge => ManifestError.RequestTooLarge,
        RaftError.DiskFull => ManifestError.NoSpace,
        RaftError.Stopped => ManifestError.Stopped,
        RaftError.UnknownMember => ManifestError.MemberNotFound,
        RaftError.LeaderLost => ManifestError.LeaderChanged,
        RaftError.TransferAborted => ManifestError.Timeout,
        _ => ManifestError.MembershipRefused,
    };
}
