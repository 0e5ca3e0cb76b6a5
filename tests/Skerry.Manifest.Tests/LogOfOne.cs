namespace Skerry.Manifest.Tests;

/// <summary>A log of one node, in memory: what is proposed is applied at once. It can be made to fail, as a log among several nodes does.</summary>
public sealed class LogOfOne(ManifestNode node) : IManifestLog, IManifestGroup
{
    private readonly Lock _gate = new();
    private ulong _index;

    public ulong Member { get; } = 0x8e9e05c52164694d;

    public ulong Term { get; set; } = 2;

    /// <summary>Whether it has no leader.</summary>
    public bool IsLost { get; set; }

    /// <summary>How many of the next proposals are applied, and refused before that as if they might not be.</summary>
    public int AnswersToLose { get; set; }

    /// <summary>How often a command has been handed in.</summary>
    public int Proposals { get; private set; }

    public string ClientUrl { get; set; } = "http://127.0.0.1:2379";

    public IReadOnlyList<ManifestMember> Members => [new ManifestMember(Member, "one", ["http://127.0.0.1:2380"], [ClientUrl], IsLearner: false)];

    public ManifestLogStatus Status => new(0xcdf818194e3a8c32, Member, IsLost ? 0 : Member, Term, _index, _index, IsLearner: false);

    public void Propose(Memory<byte> command)
    {
        lock (_gate)
        {
            Proposals++;
            if (IsLost || AnswersToLose-- > 0) node.Refuse(command.Span, IsLost ? ManifestError.NoLeader : ManifestError.LeaderChanged);
            if (IsLost) return;
            node.Stamp(command.Span);
            node.Apply(++_index, command.Span);
        }
    }

    public ValueTask<ManifestError> ReadBarrierAsync(CancellationToken cancellation) => ValueTask.FromResult(IsLost ? ManifestError.NoLeader : ManifestError.None);

    public Task<(ManifestError Error, ManifestMember? Member)> AddAsync(IReadOnlyList<string> peerUrls, bool isLearner, CancellationToken cancellation) =>
        Task.FromResult<(ManifestError, ManifestMember?)>((ManifestError.MembershipRefused, null));

    public Task<ManifestError> AddAsync(string node, CancellationToken cancellation) => Task.FromResult(node == "one" ? ManifestError.None : ManifestError.NodeNotFound);

    public Task<ManifestError> DemoteAsync(ulong member, CancellationToken cancellation) =>
        Task.FromResult(member == Member ? ManifestError.MajorityLost : ManifestError.MemberNotFound);

    public Task<GroupRecovery> RecoverAsync(IReadOnlyCollection<string> lost, bool isConfirmed, CancellationToken cancellation) => Task.FromResult(
        !IsLost ? new GroupRecovery(RecoveryRefusal.HasLeader, ["one"], _index, Term, _index, [])
        : lost.Contains("two") ? new GroupRecovery(RecoveryRefusal.None, ["two"], _index, Term, _index, ["eye"])
        : new GroupRecovery(RecoveryRefusal.NotConfirmed, ["two"], _index, Term, _index, ["eye"]));

    public Task<GroupReport> ReportAsync(CancellationToken cancellation) => Task.FromResult(new GroupReport(
        IsLost ? 0 : Member, Term, _index,
        [new GroupMemberReport(Member, "one", IsVoter: true, !IsLost, IsAlive: true, IsReachable: true) { Term = Term, LastIndex = _index, LastTerm = Term, Lag = IsLost ? null : 0ul, HashIndex = _index, Hash = node.StateHash.Hash }]));

    public Task<ManifestError> RemoveAsync(ulong member, CancellationToken cancellation) =>
        Task.FromResult(member == Member ? ManifestError.MembershipRefused : ManifestError.MemberNotFound);

    public Task<ManifestError> PromoteAsync(ulong member, CancellationToken cancellation) =>
        Task.FromResult(member == Member ? ManifestError.MembershipRefused : ManifestError.MemberNotFound);

    public Task<ManifestError> TransferAsync(ulong member, CancellationToken cancellation) =>
        Task.FromResult(member == Member ? ManifestError.None : ManifestError.BadTransferTarget);
}
