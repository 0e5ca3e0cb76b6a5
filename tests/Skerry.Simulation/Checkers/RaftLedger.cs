using Skerry.Raft.Core;
using Skerry.Raft.Wire;

namespace Skerry.Simulation;

/// <summary>
/// Holds a group against the rules of the Raft paper (figure 3), over all its lives: it writes down what every member ever did, and compares. All of them are
/// about safety, so they are looked at where they can break: at the append, the answer, the election, the commit, the apply.
/// </summary>
internal sealed class RaftLedger : IRaftObserver, IChecker
{
    private readonly Dictionary<ulong, ulong> _leaders = [];
    private readonly Dictionary<(ulong Voter, ulong Term), ulong> _votes = [];
    private readonly Dictionary<(ulong Index, ulong Term), (ulong Hash, ulong PreviousTerm)> _entries = [];
    private readonly Dictionary<ulong, ulong> _committed = [];
    private readonly SortedDictionary<ulong, ulong> _committedIn = [];
    private readonly Dictionary<ulong, (ulong Term, ulong Hash)> _applied = [];
    private readonly Dictionary<RaftHost, (ulong Commit, RaftConfiguration Configuration)> _seen = [];
    private RaftGroup? _group;

    /// <summary>Entries that some member has held to be committed.</summary>
    public ulong Committed { get; private set; }

    /// <summary>Elections won.</summary>
    public int Elections => _leaders.Count;

    /// <summary>Snapshots taken in from a leader or at a start.</summary>
    public int Restores { get; private set; }

    /// <summary>Changes of the members, joint ones counted twice.</summary>
    public int Changes { get; private set; }

    /// <summary>Whose rules are held.</summary>
    public void Watch(RaftGroup group) => _group = group;

    public void Appended(RaftHost host, IReadOnlyList<RaftEntry> entries)
    {
        foreach (var entry in entries)
        {
            var previous = 0UL;
            // Of an entry just above what was compacted away the term before is known; further down nothing is appended.
            if (!host.Core.TryTermAt(entry.Index - 1, out previous)) continue;
            var what = (HashOf(entry), previous);
            if (_entries.TryAdd((entry.Index, entry.Term), what))
            {
                if (entry.Configuration is not null) Changes++;
            }
            else if (_entries[(entry.Index, entry.Term)] != what)
            {
                throw new SimulationFailure("log matching", $"n{host.Node} holds another entry {entry.Index} of term {entry.Term}, or another before it, than a member did.");
            }
        }
    }

    public void Sent(RaftHost host, RaftMessage message)
    {
        switch (message)
        {
            case Vote vote:
                Voted(host, vote.Term, vote.From);
                break;
            case VoteResponse { IsGranted: true } vote:
                Voted(host, vote.Term, vote.To);
                break;
            case AppendResponse { IsTaken: true } answer when answer.Match > host.Disk.LastIndex && answer.Match > host.Disk.Snapshot.Index && !IsLying:
                throw new SimulationFailure("durable answers", $"n{host.Node} says that it has {answer.Match}, and has {host.Disk.LastIndex} on disk.");
        }
    }

    public void Applied(RaftHost host, RaftEntry entry, ulong stateHash)
    {
        if (!_applied.TryAdd(entry.Index, (entry.Term, stateHash)) && _applied[entry.Index] != (entry.Term, stateHash))
            throw new SimulationFailure("state machine safety", $"n{host.Node} applied {entry} and is in another state than a member that applied {entry.Index} before.");
    }

    public void Restored(RaftHost host, SnapshotMeta meta, ulong stateHash)
    {
        Restores++;
        if (_applied.TryGetValue(meta.Index, out var applied) && applied != (meta.Term, stateHash))
            throw new SimulationFailure("state machine safety", $"n{host.Node} restored a snapshot of {meta.Index} that is not what was applied there.");
    }

    public void ReadReady(RaftHost host, ulong index, ulong committed)
    {
        if (index < committed) throw new SimulationFailure("fresh reads", $"n{host.Node} may answer a read at {index} that began when {committed} was committed.");
    }

    public void RoleChanged(RaftHost host, RoleChanged change)
    {
        if (change.Role != RaftRole.Leader) return;
        if (!_leaders.TryAdd(change.Term, host.Disk.Id) && _leaders[change.Term] != host.Disk.Id)
            throw new SimulationFailure("election safety", $"term {change.Term} has two leaders, {_leaders[change.Term]:x} and {host.Disk.Id:x}.");
        foreach (var (term, index) in _committedIn)
        {
            if (term >= change.Term) break;
            if (index < host.Core.BaseIndex || (host.Core.TryTermAt(index, out var own) && own == _committed.GetValueOrDefault(index, own))) continue;
            throw new SimulationFailure("leader completeness", $"n{host.Node} leads term {change.Term} without entry {index}, which was committed in term {term}.");
        }
    }

    public void AfterStep(SimulatedNode node)
    {
        if (node.Host is not RaftHost host) return;
        var core = host.Core;
        var (commit, configuration) = _seen.TryGetValue(host, out var seen) ? seen : (0UL, core.Configuration);
        if (core.CommitIndex > commit) Advanced(host, commit, configuration);
        if (core.CommitIndex != commit || configuration != core.Configuration) _seen[host] = (core.CommitIndex, core.Configuration);
    }

    public void EachSecond()
    {
        foreach (var host in _seen.Keys.Where(host => _group!.World.Nodes[host.Node].Host != host).ToArray()) _seen.Remove(host);
    }

    private bool IsLying => _group!.Options.Bugs.HasFlag(RaftBugs.LyingFlush);

    private void Advanced(RaftHost host, ulong from, RaftConfiguration before)
    {
        var core = host.Core;
        for (var index = Math.Max(from + 1, core.BaseIndex); index <= core.CommitIndex; index++)
        {
            if (index == 0 || !core.TryTermAt(index, out var term)) continue;
            if (!_committed.TryAdd(index, term) && _committed[index] != term)
                throw new SimulationFailure("state machine safety", $"n{host.Node} holds {index} of term {term} to be committed, another that of term {_committed[index]}.");
        }

        Committed = Math.Max(Committed, core.CommitIndex);
        if (core.Role != RaftRole.Leader || !core.TryTermAt(core.CommitIndex, out var last)) return;
        _committedIn[core.Term] = core.CommitIndex;
        if (!IsLying && !HasQuorum(before, core.CommitIndex, last) && !HasQuorum(core.Configuration, core.CommitIndex, last))
            throw new SimulationFailure("durable quorum", $"n{host.Node} committed {core.CommitIndex}, which is not on the disks of a majority of {core.Configuration}.");
    }

    private bool HasQuorum(RaftConfiguration configuration, ulong index, ulong term) => configuration.HasQuorum(id => _group!.DiskOf(id).Holds(index, term));

    private void Voted(RaftHost host, ulong term, ulong candidate)
    {
        if (!_votes.TryAdd((host.Disk.Id, term), candidate) && _votes[(host.Disk.Id, term)] != candidate)
            throw new SimulationFailure("one vote", $"n{host.Node} voted for two in term {term}, {_votes[(host.Disk.Id, term)]:x} and {candidate:x}.");
        if (host.Disk.State != new HardState(term, candidate) && (_group!.Options.Bugs & (RaftBugs.LyingFlush | RaftBugs.ForgottenVote)) == 0)
            throw new SimulationFailure("durable votes", $"n{host.Node} speaks of its vote for {candidate:x} in term {term}, and has {host.Disk.State} on disk.");
    }

    private static ulong HashOf(RaftEntry entry)
    {
        var hash = default(RunHash);
        hash.Add(EntryCodec.Encode(entry).AsSpan());
        return hash.Value;
    }
}
