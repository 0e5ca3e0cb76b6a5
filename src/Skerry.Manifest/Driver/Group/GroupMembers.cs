using Skerry.Manifest.Wire;
using Skerry.Raft;

namespace Skerry.Manifest.Driver.Group;

/// <summary>The members of the group as any node shows and changes them: changes go to whoever leads.</summary>
/// <param name="raft">This node's part.</param>
/// <param name="manifest">This node's state.</param>
/// <param name="directory">Who is there.</param>
/// <param name="peers">The way to the others.</param>
/// <param name="desk">Does it where this node leads.</param>
/// <param name="soundFor">How long the autopilot has counted a member as sound; null: it does not, or this node does not lead.</param>
/// <param name="recover">Brings the group back.</param>
/// <param name="isUnsafe">Whether this node acknowledges what it has not flushed.</param>
/// <param name="time">For pauses.</param>
internal sealed class GroupMembers(
    RaftNode raft, ManifestNode manifest, IGroupDirectory directory, GroupPeers peers, MemberDesk desk, Func<ulong, TimeSpan?> soundFor,
    Func<IReadOnlyCollection<string>, bool, CancellationToken, Task<GroupRecovery>> recover, bool isUnsafe, TimeProvider time) : IManifestGroup
{
    /// <summary>How long a group without a leader is waited for: some elections.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(7);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public IReadOnlyList<ManifestMember> Members => [.. raft.Status.Members.Select(Describe)];

    /// <summary>A URL's host is a node's name. Whoever is added observes first, whatever is asked for; a server gets its vote once it has caught up.</summary>
    public async Task<(ManifestError Error, ManifestMember? Member)> AddAsync(IReadOnlyList<string> peerUrls, bool isLearner, CancellationToken cancellation)
    {
        var hosts = peerUrls.Select(url => Uri.TryCreate(url, UriKind.Absolute, out var parsed) ? parsed.Host : "").ToHashSet(StringComparer.OrdinalIgnoreCase);
        if (directory.Servers.FirstOrDefault(server => hosts.Contains(server.Node)) is not { } named) return (ManifestError.NodeNotFound, null);
        // This node itself may have been removed and not know it.
        if (named.Id != raft.Id && raft.Status.Members.Any(member => member.Id == named.Id)) return (ManifestError.MemberExists, null);
        var error = await AddAsync(named.Node, cancellation).ConfigureAwait(false);
        return (error, error == ManifestError.None ? Describe(named.Id, named.Node, isObserver: true) : null);
    }

    public Task<ManifestError> AddAsync(string node, CancellationToken cancellation) => AskLeaderAsync(MemberAction.Add, 0, node, cancellation);

    public Task<ManifestError> RemoveAsync(ulong member, CancellationToken cancellation) => AskLeaderAsync(MemberAction.Remove, member, "", cancellation);

    public Task<ManifestError> PromoteAsync(ulong member, CancellationToken cancellation) => AskLeaderAsync(MemberAction.Promote, member, "", cancellation);

    public Task<ManifestError> DemoteAsync(ulong member, CancellationToken cancellation) => AskLeaderAsync(MemberAction.Demote, member, "", cancellation);

    public Task<ManifestError> TransferAsync(ulong member, CancellationToken cancellation) => AskLeaderAsync(MemberAction.Transfer, member, "", cancellation);

    public Task<GroupRecovery> RecoverAsync(IReadOnlyCollection<string> lost, bool isConfirmed, CancellationToken cancellation) => recover(lost, isConfirmed, cancellation);

    /// <summary>What this node says of itself to others.</summary>
    public ReportMessage Report()
    {
        var status = raft.Status;
        var (index, hash) = manifest.StateHash;
        var report = new ReportMessage
        {
            Id = status.Id,
            Term = status.Term,
            Leader = status.LeaderId,
            Last = status.LastIndex,
            LastTerm = status.LastTerm,
            Applied = status.AppliedIndex,
            HashIndex = index,
            Hash = hash,
            Unsafe = isUnsafe,
        };
        report.Differs.AddRange(manifest.Comparisons.Differences.Select(difference => difference.Node));
        if (!status.IsLeader) return report;
        foreach (var member in status.Members)
        {
            var heard = new HeardMessage { Id = member.Id, Match = member.Match };
            if (member.Silence is { } silence) heard.Silence = (ulong)Math.Max(0, silence.TotalMilliseconds);
            if (soundFor(member.Id) is { } sound) heard.Sound = (ulong)Math.Max(0, sound.TotalMilliseconds);
            report.Heard.Add(heard);
        }

        return report;
    }

    public async Task<GroupReport> ReportAsync(CancellationToken cancellation)
    {
        var status = raft.Status;
        var reports = await Task.WhenAll(status.Members.Select(member => member.Id == status.Id
            ? Task.FromResult<ReportMessage?>(Report())
            : peers.ReportAsync(member.Node, cancellation))).ConfigureAwait(false);
        var said = reports.Where(report => report is not null).ToDictionary(report => report!.Id, report => report!);
        var leading = said.Values.Where(report => report.Leader == report.Id).MaxBy(report => report.Term);
        var heard = leading?.Heard.ToDictionary(member => member.Id) ?? [];
        var term = Math.Max(status.Term, said.Values.Select(report => report.Term).DefaultIfEmpty().Max());
        var isOutside = leading is not null && !heard.ContainsKey(raft.Id);
        var members = status.Members
            .Where(member => !isOutside || member.Id != raft.Id)
            .OrderBy(member => member.Node, StringComparer.Ordinal)
            .Select(member => Describe(member, said.GetValueOrDefault(member.Id), leading, heard.GetValueOrDefault(member.Id)));
        return new GroupReport(leading?.Id ?? 0, term, status.CommitIndex, [.. members]) { IsOutside = isOutside };
    }

    private GroupMemberReport Describe(RaftMemberStatus member, ReportMessage? said, ReportMessage? leading, HeardMessage? heard)
    {
        var isAlive = directory.Servers.Any(server => server.Id == member.Id && server.IsAlive);
        var last = said?.Last ?? heard?.Match ?? 0;
        return new GroupMemberReport(member.Id, member.Node, member.Role == RaftMemberRole.Voter, leading?.Id == member.Id, isAlive, said is not null)
        {
            Term = said?.Term ?? 0,
            LastIndex = last,
            LastTerm = said?.LastTerm ?? 0,
            Lag = leading is null ? null : leading.Last - Math.Min(leading.Last, heard?.Match ?? last),
            Silence = heard is { HasSilence: true } ? TimeSpan.FromMilliseconds(heard.Silence) : null,
            Sound = heard is { HasSound: true } ? TimeSpan.FromMilliseconds(heard.Sound) : null,
            HashIndex = said?.HashIndex ?? 0,
            Hash = said?.Hash ?? 0,
            Differs = said is null ? [] : [.. said.Differs],
            IsUnsafe = said?.Unsafe == true,
        };
    }

    private ManifestMember Describe(RaftMemberStatus member) => Describe(member.Id, member.Node, member.Role == RaftMemberRole.Observer);

    private ManifestMember Describe(ulong id, string node, bool isObserver) => new(
        id, node, [$"skerry://{node}"], directory.Servers.FirstOrDefault(server => server.Id == id) is { ClientUrl.Length: > 0 } server ? [server.ClientUrl] : [], isObserver);

    /// <summary>Asks whoever leads, until one does. What was asked of one that was lost may be done or not, and is not asked again.</summary>
    private async Task<ManifestError> AskLeaderAsync(MemberAction action, ulong id, string node, CancellationToken cancellation)
    {
        var wanted = new MemberMessage { Action = (uint)action, Id = id, Node = node };
        for (var began = time.GetTimestamp(); ;)
        {
            var status = raft.Status;
            var error = status.IsLeader ? await desk.DoAsync(wanted, cancellation).ConfigureAwait(false)
                : status.Leader is { } leader && status.LeaderId != raft.Id ? await peers.ChangeAsync(leader, wanted, cancellation).ConfigureAwait(false)
                : await AskOthersAsync(wanted, cancellation).ConfigureAwait(false);
            if (error is not (ManifestError.NoLeader or ManifestError.NotLeader)) return error;
            if (time.GetElapsedTime(began) > Patience) return ManifestError.NoLeader;
            await Task.Delay(Pause, time, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>A node that was removed is told nothing of the group any more, its leader neither: one of the others leads. All that is asked may be asked twice.</summary>
    private async Task<ManifestError> AskOthersAsync(MemberMessage wanted, CancellationToken cancellation)
    {
        var self = directory.Servers.FirstOrDefault(server => server.Id == raft.Id);
        foreach (var other in directory.Servers.Where(server => server.IsAlive && server.Id != raft.Id && server.Cluster == self?.Cluster))
        {
            var error = await peers.ChangeAsync(other.Node, wanted, cancellation).ConfigureAwait(false);
            if (error is not (ManifestError.NoLeader or ManifestError.NotLeader or ManifestError.LeaderChanged)) return error;
        }

        return ManifestError.NoLeader;
    }
}
