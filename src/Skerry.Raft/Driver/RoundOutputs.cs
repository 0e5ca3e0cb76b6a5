using Microsoft.Extensions.Logging;

using Skerry.Primitives;
using Skerry.Raft.Core;
using Skerry.Storage;

namespace Skerry.Raft.Driver;

/// <summary>Takes the core's outputs to whom they concern, and keeps the status that others see.</summary>
internal sealed class RoundOutputs(RaftOptions options, ProposalTable proposals, ReadTable reads, RaftMetrics metrics, ILogger logger) : IRoundOutputs, ILogWriterEvents
{
    private static readonly TimeSpan StatusAge = TimeSpan.FromMilliseconds(50);

    private readonly List<(ulong Index, TaskCompletionSource<RaftError> Done)> _changes = [];
    private (ulong Target, TaskCompletionSource<RaftError> Done)? _transfer;
    private RaftConfiguration? _configuration;
    private RaftStatus? _status;
    private Instant _statusAt;
    private bool _isStatusOld = true;
    private ulong _commit;
    private (ulong Term, ulong Leader) _told;
    private Exception? _failure;
    private Task _ending = Task.CompletedTask;

    public CoreLoop Loop { get; set; } = null!;

    public LogWriter Log { get; set; } = null!;

    public required LogView View { get; init; }

    public required Applier Applier { get; init; }

    public required SnapshotKeeper Snapshots { get; init; }

    public required PeerLinks Links { get; init; }

    /// <summary>Hears of changes of role, leader, members, and of failure.</summary>
    public required Action<RaftStatus> Changed { get; init; }

    /// <summary>As it was described last.</summary>
    public RaftStatus? LastStatus => Volatile.Read(ref _status);

    public ulong CommitIndex => Volatile.Read(ref _commit);

    public RaftStatus? Status
    {
        get
        {
            var status = Volatile.Read(ref _status);
            return status is null ? null : status with { CommitIndex = Volatile.Read(ref _commit), AppliedIndex = Applier.Index, IsDiskFull = Log.IsFull, Failure = _failure };
        }
    }

    public void Do(RaftOutput output)
    {
        switch (output)
        {
            case SendMessage send: Links.Send(send.Message); break;
            case Persist or CompactLog: Log.Add(output); break;
            case ApplyEntries: Applier.Add(output); break;
            case ReadReady ready: reads.Ready(ready.Id, ready.Index); break;
            case ReadRefused refused: reads.Refused(refused.Id, refused.Refusal); break;
            case RoleChanged role: Turn(role); break;
            case ConfigurationChanged changed: Turn(changed); break;
            case ReadSnapshot or WriteSnapshot or DropSnapshot: Snapshots.Add(output); break;
            case RestoreSnapshot:
                Applier.Add(output);
                Snapshots.Add(output);
                break;
            case TransferAborted aborted: EndTransfer(aborted.Target, RaftError.TransferAborted); break;
        }
    }

    public void EndRound(RaftCore core, Instant now)
    {
        if (!ReferenceEquals(core.Configuration, _configuration))
        {
            _configuration = core.Configuration;
            Links.SetMembers(core.Configuration);
            _isStatusOld = true;
        }

        Links.Pump();
        Volatile.Write(ref _commit, core.CommitIndex);
        if (core.Role != RaftRole.Leader)
        {
            if (_changes.Count > 0) EndChanges(RaftError.LeaderLost);
            if (_transfer is { } transfer && core.Leader != 0) EndTransfer(transfer.Target, core.Leader == transfer.Target ? RaftError.None : RaftError.TransferAborted);
        }

        if (!_isStatusOld && now < _statusAt + StatusAge) return;
        var isNews = _isStatusOld;
        _statusAt = now;
        _isStatusOld = false;
        Volatile.Write(ref _status, Describe(core, now));
        if (isNews) Changed(Status!);
    }

    /// <summary>A change that the core has taken: told when it is in force for good.</summary>
    public void Await(ulong index, TaskCompletionSource<RaftError> done) => _changes.Add((index, done));

    /// <summary>A transfer that the core has begun.</summary>
    public void AwaitTransfer(ulong target, TaskCompletionSource<RaftError> done) => _transfer = (target, done);

    /// <summary>Everybody who waits is told that nothing comes any more, once the last round is over.</summary>
    public async Task StopAsync()
    {
        await _ending;
        await Loop.Idle;
        Stopped();
    }

    private async Task EndAsync()
    {
        await Loop.Idle.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        Stopped();
        if (Status is { } status) Changed(status);
    }

    private void Stopped()
    {
        proposals.Stopped();
        reads.Stopped();
        EndChanges(RaftError.Stopped);
        if (_transfer is { } transfer) EndTransfer(transfer.Target, RaftError.Stopped);
    }

    public void Failed(Exception reason)
    {
        if (Interlocked.CompareExchange(ref _failure, reason, null) is not null || reason is OperationCanceledException) return;
        RaftLog.Stopped(logger, options.Group, reason);
        Loop.Close();
        _ending = EndAsync();
    }

    void ILogWriterEvents.Persisted(ulong sequence) => Loop.Persisted(sequence);

    void ILogWriterEvents.Full(StorageException reason)
    {
        RaftLog.DiskFull(logger, options.Group, reason.Message);
        Loop.IsDiskFull = true;
        // Whoever has room leads better.
        Loop.Post((core, now) =>
        {
            _isStatusOld = true;
            var heir = core.Configuration.NewVoters.Where(id => id != core.Id).OrderByDescending(id => core.ProgressOf(id)?.Match ?? 0).FirstOrDefault();
            if (heir != 0) core.TransferTo(heir, now);
        });
    }

    void ILogWriterEvents.RoomAgain()
    {
        RaftLog.RoomAgain(logger, options.Group);
        Loop.IsDiskFull = false;
        Loop.Post((_, _) => _isStatusOld = true);
    }

    private static RaftNodeRole RoleOf(RaftRole role) => role switch
    {
        RaftRole.Leader => RaftNodeRole.Leader,
        RaftRole.Follower => RaftNodeRole.Follower,
        _ => RaftNodeRole.Candidate,
    };

    private void Turn(RoleChanged role)
    {
        _isStatusOld = true;
        if (role.Role != RaftRole.Leader) proposals.LeaderLost(Volatile.Read(ref _commit));
        metrics.RoleChanged(RoleOf(role.Role));
        // Who hears nobody stands again and again, and says so once.
        if (role.Role != RaftRole.Leader && _told == (role.Term, role.Leader)) return;
        _told = (role.Term, role.Leader);
        RaftLog.RoleChanged(logger, options.Group, role.Term, RoleOf(role.Role), NameOf(role.Leader));
    }

    private void Turn(ConfigurationChanged changed)
    {
        _isStatusOld = true;
        RaftLog.MembersChanged(logger, options.Group, changed.Configuration.ToString(), changed.Index);
        if (!changed.IsCommitted || changed.Configuration.IsJoint) return;
        foreach (var (index, done) in _changes)
        {
            if (index <= changed.Index) done.TrySetResult(RaftError.None);
        }

        _changes.RemoveAll(change => change.Index <= changed.Index);
    }

    private void EndChanges(RaftError error)
    {
        foreach (var (_, done) in _changes) done.TrySetResult(error);
        _changes.Clear();
    }

    private void EndTransfer(ulong target, RaftError error)
    {
        if (_transfer is not { } transfer || transfer.Target != target) return;
        _transfer = null;
        transfer.Done.TrySetResult(error);
    }

    private string NameOf(ulong id) => id == 0 ? "not known" : _configuration is { } known && known.TryFind(id, out var member) ? member.Name : $"{id:x}";

    private RaftStatus Describe(RaftCore core, Instant now)
    {
        var members = core.Configuration.Members.Select(member =>
        {
            var progress = core.ProgressOf(member.Id);
            var match = member.Id == core.Id && core.Role == RaftRole.Leader ? core.LastIndex : progress?.Match ?? 0;
            return new RaftMemberStatus(member.Id, member.Name, member.VotesInNew ? RaftMemberRole.Voter : RaftMemberRole.Observer, match, progress is { } known ? now - known.HeardAt : null)
            {
                Due = progress?.Due ?? ulong.MaxValue,
            };
        });
        core.TryTermAt(core.LastIndex, out var lastTerm);
        var leader = core.Configuration.TryFind(core.Leader, out var found) ? found.Name : null;
        return new RaftStatus(
            core.Id, RoleOf(core.Role), core.Term, core.Leader, leader, [.. members], core.BaseIndex + 1, core.LastIndex, lastTerm, core.CommitIndex, Applier.Index, core.Snapshot.Index,
            View.Bytes, Log.IsFull, _failure);
    }
}
