using Skerry.Primitives;
using Skerry.Raft.Core;
using Skerry.Raft.Wire;

namespace Skerry.Simulation;

/// <summary>
/// A <see cref="RaftCore"/> in the world, with a disk that takes its time, a state machine and clients. Does what the product's driver does: one flush for all
/// that was written meanwhile, snapshots by number of entries, messages as bytes. It may die at any write, before and after.
/// </summary>
internal sealed class RaftHost : IHost
{
    private static readonly TimeSpan FullRetry = TimeSpan.FromMilliseconds(50);

    private readonly RaftGroup _group;
    private readonly NodePort _port;
    private readonly Prng _random;
    private readonly PriorityQueue<Action<Instant>, (long Ticks, long Order)> _later = new();
    private readonly Dictionary<ulong, (ulong Term, RaftTry Try)> _writes = [];
    private readonly Dictionary<ulong, (ulong Committed, RaftTry Try)> _reads = [];
    private readonly SortedDictionary<ulong, List<RaftTry>> _readable = [];
    private readonly RaftStateMachine _machine;
    private RaftCore? _core;
    private Instant _now;
    private long _order;
    private ulong _readId;
    private int _flushing;
    private ulong _writtenTo;
    private bool _isFlushing;
    private bool _isSnapshotting;
    private Instant _snapshotAfter;
    private bool _isDead;
    private (SnapshotMeta Meta, MemoryStream Bytes)? _incoming;

    /// <summary>A host for one life of a node.</summary>
    public RaftHost(RaftGroup group, NodePort port, Prng random, RaftDisk disk) =>
        (_group, _port, _random, Disk, _machine) = (group, port, random, disk, new RaftStateMachine(group.Options.HasManifest, group.Options.Bugs.HasFlag(RaftBugs.LocalTime) ? port.Node : 0));

    /// <summary>The core; made by <see cref="Start"/>.</summary>
    public RaftCore Core => _core ?? throw new InvariantException("The node was never started");

    /// <summary>What it runs on.</summary>
    public RaftDisk Disk { get; }

    /// <summary>The node's number.</summary>
    public int Node => _port.Node;

    /// <summary>What is applied.</summary>
    public RaftStateMachine Machine => _machine;

    public Instant NextDeadline => _isDead ? Instant.Never : Instant.Min(Core.NextDeadline, _later.TryPeek(out _, out var due) ? new Instant(due.Ticks) : Instant.Never);

    private RaftSwarm Options => _group.Options;

    public void Start(Instant now)
    {
        _now = now;
        if (!Disk.Open())
        {
            _group.Die(_port.Node, "open");
            return;
        }

        if (Disk.Snapshot.Index > 0)
        {
            _machine.Restore(Disk.SnapshotBytes);
            _group.Observer.Restored(this, Disk.Snapshot, _machine.Hash);
        }

        _core = new RaftCore(_group.OptionsOf(Disk.Id), new RaftStart(Disk.State, Disk.Snapshot, Disk), _random.Fork(), now);
        Drain();
    }

    public void Advance(Instant now)
    {
        _now = now;
        while (!_isDead && _later.TryPeek(out _, out var due) && due.Ticks <= now.Ticks) _later.Dequeue()(now);
        if (_isDead) return;
        if (Core.NextDeadline <= now) Core.Advance(now);
        Drain();
    }

    public void Receive(Packet packet, Instant now)
    {
        _now = now;
        Invariant.That(RaftCodec.TryDecode((byte[])packet.Payload, out var message, out _));
        Core.Receive(message, now);
        Drain();
    }

    public void Serve(Exchange exchange, Instant now)
    {
        // No exchanges: everything goes as packets, which is harder than the product's streams.
    }

    public void Replied(Exchange exchange, Instant now)
    {
    }

    public void Failed(Exchange exchange, Instant now)
    {
    }

    public string Describe(object payload) =>
        RaftCodec.TryDecode((byte[])payload, out var message, out _) ? RaftWords.Of(message) : "unreadable";

    /// <summary>A client's request.</summary>
    public void Submit(RaftTry request, Instant now)
    {
        _now = now;
        if (request.Operation.IsRead) SubmitRead(request, now);
        else SubmitWrite(request, now);
        Drain();
    }

    /// <summary>An operator's command.</summary>
    public T Do<T>(Func<RaftCore, T> command, Instant now)
    {
        _now = now;
        var result = command(Core);
        Drain();
        return result;
    }

    /// <summary>What is written and not flushed is lost, but for some first part of it.</summary>
    public void Die()
    {
        _isDead = true;
        Disk.Crash(Options.Bugs.HasFlag(RaftBugs.LyingFlush) ? 0 : _random.Next(Disk.Unflushed + 1));
        foreach (var write in _writes.Values) write.Try.End(RaftOutcome.Unknown);
        foreach (var read in _reads.Values) read.Try.End(RaftOutcome.Refused);
        foreach (var read in _readable.Values.SelectMany(reads => reads)) read.End(RaftOutcome.Refused);
    }

    private void SubmitRead(RaftTry request, Instant now)
    {
        if (Options.Bugs.HasFlag(RaftBugs.StaleRead))
        {
            request.End(RaftOutcome.Done, _machine.Read(request.Operation));
            return;
        }

        var mode = Options.LeaseShare > 0 && _random.Chance(Options.LeaseShare) ? ReadMode.Lease : ReadMode.Quorum;
        _reads[++_readId] = (_group.Observer.Committed, request);
        if (Core.ReadIndex(_readId, mode, now) == Refusal.None) return;
        _reads.Remove(_readId);
        request.End(RaftOutcome.Refused, leader: _group.NodeOf(Core.Leader));
    }

    private void SubmitWrite(RaftTry request, Instant now)
    {
        var result = Core.Propose([request.Command.Encode(_random.Next(Options.MaxBallast))], now);
        if (!result.IsTaken)
        {
            request.End(RaftOutcome.Refused, leader: _group.NodeOf(Core.Leader));
            return;
        }

        if (_writes.Remove(result.Index, out var lost)) lost.Try.End(RaftOutcome.Refused);
        _writes[result.Index] = (result.Term, request);
        if (Options.Bugs.HasFlag(RaftBugs.LostWrite) && request.Operation.Kind == OperationKind.Write) request.End(RaftOutcome.Done, 0);
    }

    private void Drain()
    {
        while (!_isDead && Core.TryTake(out var output))
        {
            switch (output)
            {
                case SendMessage send: Send(send.Message); break;
                case Persist persist: OnPersist(persist); break;
                case ApplyEntries apply: OnApply(apply); break;
                case ReadReady ready: OnReady(ready); break;
                case ReadRefused refused when _reads.Remove(refused.Id, out var read): read.Try.End(RaftOutcome.Refused); break;
                case RoleChanged change: OnRole(change); break;
                case ConfigurationChanged change: _port.Note(change.IsCommitted ? "members" : "members?", -1, change.Configuration); break;
                case ReadSnapshot read: OnReadSnapshot(read); break;
                case WriteSnapshot write: OnWriteSnapshot(write); break;
                case RestoreSnapshot restore: OnRestore(restore.Meta); break;
                case DropSnapshot drop: _incoming = _incoming?.Meta == drop.Meta ? null : _incoming; break;
                case CompactLog compact when !MayDie("compact"): Disk.Compact(compact.Index); break;
                case TransferAborted aborted: _port.Note("no move", _group.NodeOf(aborted.Target), null); break;
            }
        }

        if (!_isDead) MaySnapshot();
    }

    private void Send(RaftMessage message)
    {
        _group.Observer.Sent(this, message);
        if (_group.NodeOf(message.To) is not (>= 0 and var to)) return;
        var bytes = RaftCodec.Encode(message);
        _port.Send(to, bytes, bytes.Length);
    }

    private void OnRole(RoleChanged change)
    {
        _port.Note(change.Role.ToString(), _group.NodeOf(change.Leader), change.Term);
        _group.Observer.RoleChanged(this, change);
    }

    private void OnPersist(Persist persist)
    {
        _group.Observer.Appended(this, persist.Entries);
        if (MayDie("write")) return;
        Disk.Write(persist, Options.Bugs.HasFlag(RaftBugs.ForgottenVote));
        _writtenTo = persist.Sequence;
        if (Options.Bugs.HasFlag(RaftBugs.LyingFlush)) Core.Persisted(_writtenTo, _now);
        if (!_isFlushing) BeginFlush();
        MayDie("written");
    }

    private void BeginFlush(TimeSpan delay = default)
    {
        (_isFlushing, _flushing) = (true, Disk.Unflushed);
        var sequence = _writtenTo;
        After(delay + Options.DrawFlush(_random), now =>
        {
            if (MayDie("flush")) return;
            var outcome = Disk.Flush(_flushing);
            if (outcome == DiskOutcome.Dead)
            {
                _group.Die(_port.Node, "disk");
                return;
            }

            _isFlushing = false;
            if (outcome == DiskOutcome.Full)
            {
                // Nothing is lost: it is tried again until there is room.
                BeginFlush(FullRetry);
                return;
            }

            if (MayDie("flushed")) return;
            Core.Persisted(sequence, now);
            Drain();
            if (!_isDead && Disk.Unflushed > 0 && !_isFlushing) BeginFlush();
        });
    }

    private void OnApply(ApplyEntries apply)
    {
        foreach (var entry in apply.Entries)
        {
            var result = _machine.Apply(entry, Options.Bugs.HasFlag(RaftBugs.DoubleApply));
            _group.Observer.Applied(this, entry, _machine.Hash);
            if (!_writes.Remove(entry.Index, out var write)) continue;
            if (write.Term != entry.Term) write.Try.End(RaftOutcome.Refused);
            else if (result is { } value) write.Try.End(RaftOutcome.Done, value);
            else write.Try.End(RaftOutcome.Unknown);
        }

        Core.Applied(_machine.Applied);
        AnswerReads();
    }

    private void OnReady(ReadReady ready)
    {
        if (!_reads.Remove(ready.Id, out var read)) return;
        _group.Observer.ReadReady(this, ready.Index, read.Committed);
        if (!_readable.TryGetValue(ready.Index, out var waiting)) _readable[ready.Index] = waiting = [];
        waiting.Add(read.Try);
        AnswerReads();
    }

    private void AnswerReads()
    {
        while (_readable.Count > 0 && _readable.First() is var (index, reads) && index <= _machine.Applied)
        {
            _readable.Remove(index);
            foreach (var read in reads) read.End(RaftOutcome.Done, _machine.Read(read.Operation));
        }
    }

    private void MaySnapshot()
    {
        if (_isSnapshotting || _now < _snapshotAfter || Options.SnapshotEvery == 0 || _machine.Applied < Disk.Snapshot.Index + Options.SnapshotEvery) return;
        _isSnapshotting = true;
        var (meta, bytes) = (Core.Describe(_machine.Applied), _machine.Serialize());
        After(Options.DrawFlush(_random) * 4, _ =>
        {
            _isSnapshotting = false;
            if (MayDie("snapshot") || meta.Index <= Disk.Snapshot.Index || !TrySetSnapshot(meta, bytes) || MayDie("snapshotted")) return;
            _port.Note("snapshot", -1, meta.Index);
            Core.SnapshotTaken(meta, meta.Index > Options.Trailing ? meta.Index - Options.Trailing : 0);
        });
    }

    private bool TrySetSnapshot(SnapshotMeta meta, byte[] bytes)
    {
        var outcome = Disk.SetSnapshot(meta, bytes);
        if (outcome == DiskOutcome.Dead) _group.Die(_port.Node, "snapshot file");
        if (outcome == DiskOutcome.Full) _snapshotAfter = _now + (10 * FullRetry);
        return outcome == DiskOutcome.Done;
    }

    private void OnReadSnapshot(ReadSnapshot read)
    {
        if (Disk.Snapshot.Index != read.Index)
        {
            Core.SnapshotGone(read.Peer, read.Index, _now);
            return;
        }

        var bytes = Disk.SnapshotBytes.AsMemory((int)Math.Min(read.Offset, Disk.SnapshotBytes.Length));
        var part = bytes[..Math.Min(bytes.Length, read.MaxBytes)];
        After(Options.DrawFlush(_random), now => Core.SnapshotRead(read.Peer, read.Index, read.Offset, part, part.Length == bytes.Length, now));
    }

    private void OnWriteSnapshot(WriteSnapshot write)
    {
        if (write.Offset == 0) _incoming = (write.Meta, new MemoryStream());
        Invariant.That(_incoming is { } incoming && incoming.Meta == write.Meta && incoming.Bytes.Length == write.Offset);
        _incoming.Value.Bytes.Write(write.Data.Span);
        After(Options.DrawFlush(_random), now =>
        {
            if (!MayDie("chunk")) Core.SnapshotWritten(write.Ticket, now);
        });
    }

    private void OnRestore(SnapshotMeta meta)
    {
        if (MayDie("restore")) return;
        Invariant.That(_incoming is { } incoming && incoming.Meta == meta);
        if (!TrySetSnapshot(meta, _incoming.Value.Bytes.ToArray()))
        {
            // Without room it cannot go on: it stops, and gets the snapshot anew when it is back.
            if (!_isDead) _group.Die(_port.Node, "full");
            return;
        }

        _incoming = null;
        if (MayDie("restored")) return;
        _machine.Restore(Disk.SnapshotBytes);
        _port.Note("restore", -1, meta.Index);
        _group.Observer.Restored(this, meta, _machine.Hash);
        foreach (var index in _writes.Keys.Where(index => index <= meta.Index).Order().ToArray())
        {
            _writes.Remove(index, out var write);
            write.Try.End(RaftOutcome.Unknown);
        }

        AnswerReads();
    }

    private void After(TimeSpan delay, Action<Instant> action) => _later.Enqueue(action, ((_now + delay).Ticks, ++_order));

    /// <summary>Whether its process ends right here.</summary>
    private bool MayDie(string where)
    {
        if (!_group.CrashesNow(_port.Node, where)) return false;
        Invariant.That(_isDead);
        return true;
    }
}
