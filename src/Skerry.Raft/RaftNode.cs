using System.Diagnostics.Metrics;

using Microsoft.Extensions.Logging;

using Skerry.Raft.Core;
using Skerry.Raft.Driver;
using Skerry.Storage;

namespace Skerry.Raft;

/// <summary>
/// One node's part in a group that agrees on a log: it votes or observes, keeps the log on its disk, and gives what is agreed on to its state machine. Calls may come from any
/// thread. A cancelled call takes nothing back: what it asked for may be done yet.
/// </summary>
public sealed class RaftNode : IAsyncDisposable
{
    private readonly NodeParts _parts;

    private RaftNode(NodeParts parts) => _parts = parts;

    /// <summary>Raised when role, term, leader or members have changed, or the node has failed: in order, never two at a time, after <see cref="Status"/> says so. A
    /// handler must not throw: its error stops the node.</summary>
    public event Action<RaftStatus>? Changed;

    /// <summary>This member's id: made with its directory and kept there; another one after <see cref="RecoverAsync"/>.</summary>
    public ulong Id => _parts.Id;

    /// <summary>How it sees its group now.</summary>
    public RaftStatus Status => _parts.Outputs.Status!;

    /// <summary>The same without a copy of its own, for those who ask often: what counts the log, and whether the disk is full, is up to 50 ms old, all else as of now.</summary>
    public RaftStatus LastStatus => _parts.Outputs.LastStatus!;

    /// <summary>Up to where the log is agreed on, as far as this node knows.</summary>
    public ulong CommitIndex => _parts.Outputs.CommitIndex;

    /// <summary>Up to where the state machine has taken the log.</summary>
    public ulong AppliedIndex => _parts.Applier.Index;

    /// <summary>
    /// Opens the directory, restores the state machine from the newest snapshot, and takes part in the group. A new directory waits: for <see cref="FoundAsync"/>, or until the group's leader
    /// has added it as an observer.
    /// </summary>
    /// <param name="options">How.</param>
    /// <param name="machine">What is agreed on, in its first state.</param>
    /// <param name="transport">The way to the others; it stays the caller's.</param>
    /// <param name="directory">The disk; it stays the caller's, and nobody else's meanwhile.</param>
    /// <param name="time">Clock and timers.</param>
    /// <param name="loggers">For the log.</param>
    /// <param name="meters">For counters.</param>
    /// <exception cref="StorageException">The directory is damaged, or another's, or the disk refuses.</exception>
    /// <exception cref="ArgumentOutOfRangeException">An option is outside its range.</exception>
    public static Task<RaftNode> StartAsync(
        RaftOptions options, IStateMachine machine, IRaftTransport transport, IStorageDirectory directory, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters)
    {
        Check(options);
        return Task.Run(() =>
        {
            RaftNode? node = null;
            var parts = new NodeParts(options, machine, transport, directory, time, loggers.CreateLogger("Skerry.Raft"), meters, status => node!.Changed?.Invoke(status));
            node = new RaftNode(parts);
            parts.Start();
            return node;
        });
    }

    /// <summary>
    /// Founds the group: every founder calls it with the same founders, this node among them, and with no others ever. Does nothing to a log that has entries.
    /// </summary>
    /// <returns><see cref="RaftError.None"/>, <see cref="RaftError.AlreadyMember"/> when the log has entries, <see cref="RaftError.Stopped"/>.</returns>
    public Task<RaftError> FoundAsync(IReadOnlyCollection<RaftFounder> founders, CancellationToken cancellation)
    {
        if (founders.All(founder => founder.Id != Id)) throw new ArgumentException("This node is none of the founders.", nameof(founders));
        return _parts.FoundAsync([.. founders.Select(founder => new RaftMember(founder.Id, founder.Node, MemberRole.Voter))]).WaitAsync(cancellation);
    }

    /// <summary>
    /// Goes on alone, as a new member and the only one, with all that is in this node's log: for a group whose majority is lost for good. What others have acknowledged and this log has not is lost;
    /// what it has and nobody acknowledged becomes valid. Others that are there yet are another group from then on, and must not be let join with the disks they have.
    /// </summary>
    /// <returns><see cref="RaftError.None"/> when it is on disk, <see cref="RaftError.NoChange"/> while there is a leader, <see cref="RaftError.UnknownMember"/> with an empty log.</returns>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public Task<RaftError> RecoverAsync(CancellationToken cancellation) => _parts.RecoverAsync().WaitAsync(cancellation);

    /// <summary>Has a command appended to the log, on the leader; completes when it is applied here.</summary>
    /// <param name="command">Its bytes. The log keeps them, they are not copied: never to be changed again.</param>
    /// <param name="cancellation">Ends the wait; the command may be applied all the same.</param>
    public Task<RaftResult> ProposeAsync(ReadOnlyMemory<byte> command, CancellationToken cancellation)
    {
        var proposal = new AwaitedProposal(command);
        Propose(proposal);
        return cancellation.CanBeCanceled ? proposal.Task.WaitAsync(cancellation) : proposal.Task;
    }

    /// <summary>Has commands appended to the log, on the leader, one behind the other; each is told what became of it.</summary>
    public void Propose(IReadOnlyList<RaftProposal> proposals)
    {
        if (proposals.All(proposal => proposal.Command.Length <= _parts.Options.MaxCommandBytes))
        {
            _parts.Loop.Post(proposals);
            return;
        }

        foreach (var proposal in proposals) Propose(proposal);
    }

    /// <summary>Has a command appended to the log, on the leader; it is told what became of it.</summary>
    public void Propose(RaftProposal proposal)
    {
        if (proposal.Command.Length > _parts.Options.MaxCommandBytes) proposal.Complete(RaftError.TooLarge);
        else _parts.Loop.Post(proposal);
    }

    /// <summary>
    /// Completes when everything that was committed when it was called is applied here: a read of the state machine after it is linearizable. Any member may be asked; calls
    /// that come together cost one.
    /// </summary>
    /// <param name="mode">What the leader rests on.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<RaftResult> ReadIndexAsync(RaftReadMode mode, CancellationToken cancellation)
    {
        var ask = new ReadAsk(mode == RaftReadMode.Lease ? ReadMode.Lease : ReadMode.Quorum);
        _parts.Loop.Post(ask);
        return cancellation.CanBeCanceled ? ask.Task.WaitAsync(cancellation) : ask.Task;
    }

    /// <summary>
    /// On the leader: somebody waits at a node until it has applied an entry. An observer is sent it at once, and not only with what gathers for observers; elsewhere nothing is to be done.
    /// </summary>
    /// <param name="node">The node's name.</param>
    /// <param name="index">The entry.</param>
    public void Await(string node, ulong index)
    {
        foreach (var member in LastStatus.Members)
        {
            if (member.Role != RaftMemberRole.Observer || member.Node != node) continue;
            _parts.Loop.Post((core, now) => core.Await(member.Id, index, now));
            return;
        }
    }

    /// <summary>Changes members, all changes at once, on the leader; safe at any crash. Completes when the new members are in force for good.</summary>
    /// <param name="changes">One a member; newcomers begin as observers, and who is to vote must have caught up.</param>
    /// <param name="cancellation">Ends the wait.</param>
    public Task<RaftError> ChangeMembersAsync(IReadOnlyCollection<RaftMemberChange> changes, CancellationToken cancellation) =>
        _parts.ChangeMembersAsync([.. changes.Select(change => new MemberChange((MemberChangeKind)(int)change.Kind, change.Id, change.Node))]).WaitAsync(cancellation);

    /// <summary>Hands leadership to another voter; completes when it leads, or has not taken over in time.</summary>
    public Task<RaftError> TransferLeadershipAsync(ulong id, CancellationToken cancellation) => _parts.TransferAsync(id).WaitAsync(cancellation);

    /// <summary>Takes a snapshot now, whatever the log's size, and compacts the log behind it.</summary>
    public void RequestSnapshot() => _parts.Applier.Add(new TakeSnapshot());

    /// <summary>Ends its part: whoever waits gets <see cref="RaftError.Stopped"/>. To hand leadership over first spares the group an election.</summary>
    public ValueTask DisposeAsync() => _parts.DisposeAsync();

    private static void Check(RaftOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(options.HeartbeatInterval, TimeSpan.FromMilliseconds(10), nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.ElectionTimeout, 5 * options.HeartbeatInterval, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.MaxCommandBytes, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxCommandBytes, 4 << 20, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThan(options.SnapshotBytes, 4 << 10, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(options.TrailingEntries, nameof(options));
    }
}
