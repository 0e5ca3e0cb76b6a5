using System.Collections.Concurrent;
using System.Text;

using Skerry.Manifest.Driver;
using Skerry.Manifest.Wire;
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
    /// <summary>To whom commands were ever forwarded.</summary>
    private readonly ConcurrentDictionary<string, bool> _forwarded = [];

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
            return new ManifestLogStatus(_cluster, raft.Id, status.LeaderId, status.Term, raft.CommitIndex, raft.AppliedIndex, IsObserver(status, status.Id))
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
        link.Refused += node.Refuse;
        link.Lost += NoteLost;
        NoteLeader(raft.Status);
        node.Start(this);
    }

    /// <summary>Takes commands that another node has forwarded here, as the leader.</summary>
    /// <param name="commands">In their order.</param>
    /// <param name="from">The node's name.</param>
    /// <param name="refused">Hears which are not in the log to stay, or may not be, by their numbers: at once or later, on any thread.</param>
    public void Accept(IReadOnlyList<(ulong Number, Memory<byte> Command)> commands, string from, Action<ulong, ManifestError> refused)
    {
        if (_raft is not { } raft)
        {
            foreach (var (number, _) in commands) refused(number, ManifestError.NoLeader);
            return;
        }

        var status = raft.LastStatus;
        var stamp = node.NewStamp(status.Term);
        // Who asked there is answered when it is applied there, and what is sent to an observer is not in a hurry by itself.
        Action<ulong>? taken = IsObserver(status, id: 0, from) ? index => raft.Await(from, index) : null;
        var proposals = new RaftProposal[commands.Count];
        for (var i = 0; i < proposals.Length; i++)
        {
            CommandCodec.Stamp(commands[i].Command.Span, stamp);
            proposals[i] = new CommandProposal(commands[i].Command, commands[i].Number, refused, taken);
        }

        raft.Propose(proposals);
    }

    /// <inheritdoc/>
    public void Propose(Memory<byte> command)
    {
        var number = CommandCodec.Request(command.Span).Sequence;
        if (_raft?.LastStatus is not { } status)
        {
            node.Refuse(number, ManifestError.NoLeader);
        }
        else if (status.IsLeader)
        {
            CommandCodec.Stamp(command.Span, node.NewStamp(status.Term));
            _raft.Propose(new CommandProposal(command, number, node.Refuse, taken: null));
        }
        else if (status.Leader is { } leader && status.LeaderId != status.Id)
        {
            _forwarded.TryAdd(leader, true);
            link.Forward(leader, command, number);
        }
        else
        {
            node.Refuse(number, ManifestError.NoLeader);
        }
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

    private static bool IsObserver(RaftStatus status, ulong id, string? name = null)
    {
        foreach (var member in status.Members)
        {
            if (member.Id == id || member.Node == name) return member.Role == RaftMemberRole.Observer;
        }

        return false;
    }

    private void NoteLeader(RaftStatus status)
    {
        if (status.LeaderId != 0) Volatile.Write(ref _leaderless, 0);
        else Interlocked.CompareExchange(ref _leaderless, node.Time.GetTimestamp(), 0);
    }

    /// <summary>Which requests are concerned nobody keeps count of: those that are not are handed in again for nothing, and applied once.</summary>
    private void NoteLost(string to)
    {
        if (_forwarded.ContainsKey(to)) node.RefuseAll(ManifestError.LeaderChanged);
    }

    private sealed class Written(ManifestSnapshot snapshot) : IRaftSnapshot
    {
        public void WriteTo(Stream target) => snapshot.WriteTo(target);

        public void Dispose() => snapshot.Dispose();
    }
}
