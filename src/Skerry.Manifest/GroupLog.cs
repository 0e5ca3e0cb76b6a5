using System.Text;

using Skerry.Raft;

namespace Skerry.Manifest;

/// <summary>
/// Between a <see cref="ManifestNode"/> and its group's log on this node: commands go to whoever leads, and come back in one order. Made with the node, given to
/// <see cref="RaftNode"/> as its state machine, and started with that.
/// </summary>
/// <param name="node">The manifest.</param>
/// <param name="group">The group's name.</param>
/// <param name="link">The way to the leader.</param>
/// <param name="reads">What linearizable reads rest on.</param>
public sealed class GroupLog(ManifestNode node, string group, ILeaderLink link, RaftReadMode reads) : IManifestLog, IStateMachine
{
    private readonly ulong _cluster = Core.StateHash.Mix(1, Encoding.UTF8.GetBytes(group)) | 1;
    private RaftNode? _raft;

    /// <summary>Since when no leader is known; 0: one is.</summary>
    private long _leaderless = node.Time.GetTimestamp();

    /// <inheritdoc/>
    public ManifestLogStatus Status
    {
        get
        {
            if (_raft is not { } raft) return default;
            var status = raft.LastStatus;
            return new ManifestLogStatus(_cluster, raft.Id, status.LeaderId, status.Term, raft.CommitIndex, raft.AppliedIndex, IsObserver(status))
            {
                Silence = status.LeaderId == 0 && Volatile.Read(ref _leaderless) is var since and not 0 ? node.Time.GetElapsedTime(since) : TimeSpan.Zero,
            };
        }
    }

    /// <summary>Begins, once the log is open: the manifest serves from now on.</summary>
    public void Start(RaftNode raft)
    {
        _raft = raft;
        raft.Changed += NoteLeader;
        NoteLeader(raft.Status);
        node.Start(this);
    }

    /// <summary>Takes a command that another node has forwarded here, as the leader.</summary>
    /// <param name="command">Its bytes; the log's from now on, never to be changed or used again.</param>
    /// <param name="from">The node's name; null: this one.</param>
    /// <param name="cancellation">Ends the wait; the command may be applied all the same.</param>
    public async Task<ManifestError> AcceptAsync(Memory<byte> command, string? from, CancellationToken cancellation)
    {
        if (_raft is not { } raft) return ManifestError.NoLeader;
        node.Stamp(command.Span);
        var result = await raft.ProposeAsync(command, cancellation);
        // Who asked there is answered when it is applied there.
        if (from is not null && result.Error == RaftError.None) raft.Await(from, result.Index);
        return result.Error switch
        {
            RaftError.None => ManifestError.None,
            RaftError.NotLeader or RaftError.NotReady or RaftError.TransferUnderWay => ManifestError.NoLeader,
            RaftError.LeaderLost => ManifestError.LeaderChanged,
            RaftError.TooMuchInFlight => ManifestError.TooManyRequests,
            RaftError.TooLarge => ManifestError.RequestTooLarge,
            RaftError.DiskFull => ManifestError.DiskFull,
            _ => ManifestError.Stopped,
        };
    }

    /// <inheritdoc/>
    public Task<ManifestError> ProposeAsync(Memory<byte> command, CancellationToken cancellation)
    {
        if (_raft?.LastStatus is not { } status) return Task.FromResult(ManifestError.NoLeader);
        if (status.IsLeader) return AcceptAsync(command, from: null, cancellation);
        return status.Leader is { } leader && status.LeaderId != _raft.Id ? link.ForwardAsync(leader, command, cancellation) : Task.FromResult(ManifestError.NoLeader);
    }

    /// <inheritdoc/>
    public async ValueTask<ManifestError> ReadBarrierAsync(CancellationToken cancellation)
    {
        if (_raft is not { } raft) return ManifestError.NoLeader;
        return (await raft.ReadIndexAsync(reads, cancellation)).Error switch
        {
            RaftError.None => ManifestError.None,
            RaftError.Stopped => ManifestError.Stopped,
            _ => ManifestError.NoLeader,
        };
    }

    /// <inheritdoc/>
    object? IStateMachine.Apply(ulong index, ReadOnlySpan<byte> command)
    {
        node.Apply(index, command);
        return null;
    }

    /// <inheritdoc/>
    IRaftSnapshot IStateMachine.Snapshot() => new Written(node.Snapshot());

    /// <inheritdoc/>
    void IStateMachine.Restore(ulong index, Stream source) => node.Restore(index, source);

    private static bool IsObserver(RaftStatus status)
    {
        foreach (var member in status.Members)
        {
            if (member.Id == status.Id) return member.Role == RaftMemberRole.Observer;
        }

        return false;
    }

    private void NoteLeader(RaftStatus status)
    {
        if (status.LeaderId != 0) Volatile.Write(ref _leaderless, 0);
        else Interlocked.CompareExchange(ref _leaderless, node.Time.GetTimestamp(), 0);
    }

    private sealed class Written(ManifestSnapshot snapshot) : IRaftSnapshot
    {
        public void WriteTo(Stream target) => snapshot.WriteTo(target);

        public void Dispose() => snapshot.Dispose();
    }
}
