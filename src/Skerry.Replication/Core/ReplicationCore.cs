using System.Collections.Immutable;

using Skerry.Primitives;

namespace Skerry.Replication.Core;

/// <summary>
/// Records with one owner each, known by all: told to a few neighbours at once, to the rest as a rumour (Demers et al., 1987), and evened out by comparing
/// digests with one peer every few seconds. No I/O: what arrives and the time go in, what to do comes out in order.
/// </summary>
internal sealed class ReplicationCore
{
    /// <summary>Neighbours that hear of a publication at once and acknowledge it.</summary>
    public const int Neighbours = 3;

    /// <summary>Repairs of up to so many records are passed on as rumours; more is a node catching up, and the others know it all.</summary>
    private const int RumouredRepair = 64;

    /// <summary>Bits of a version below the milliseconds: changes within one. A node that publishes more borrows from the future, and stays ahead.</summary>
    private const int CounterBits = 20;

    private readonly string _self;
    private readonly ReplicationPace _pace;
    private readonly Prng _prng;
    private readonly RecordStore _store = new();
    private readonly RumourMill _rumours;
    private readonly IReconciler _reconciler;
    private readonly Queue<ReplicationOutput> _outputs = new();
    private readonly SortedDictionary<ulong, PendingPublish> _pending = [];
    private ImmutableArray<string> _peers = [];
    private Instant _nextRound = Instant.Never;
    private Instant _nextCompare;
    private ulong _lastVersion;
    private ulong _ticket;

    /// <param name="self">This node.</param>
    /// <param name="prng">The only source of chance.</param>
    /// <param name="now">When it starts.</param>
    /// <param name="pace">How quickly it goes; null: as inside a group.</param>
    public ReplicationCore(string self, Prng prng, Instant now, ReplicationPace? pace = null)
    {
        _self = self;
        _pace = pace ?? ReplicationPace.Group;
        _prng = prng;
        _rumours = new RumourMill(_store);
        _reconciler = new DigestReconciler(self, _store, _outputs.Enqueue);
        _nextCompare = now + _prng.NextDuration(_pace.Compare);
    }

    public RecordStore Store => _store;

    public Instant NextDeadline
    {
        get
        {
            var next = Instant.Min(_nextRound, _store.NextBurialEnd);
            if (_peers.Length > 0) next = Instant.Min(next, _nextCompare);
            foreach (var pending in _pending.Values) next = Instant.Min(next, Instant.Min(pending.Deadline, pending.ResendAt));
            return next;
        }
    }

    public bool TryTake(out ReplicationOutput output) => _outputs.TryDequeue(out output!);

    /// <summary>Who can be talked to now. Newcomers are compared with soon: one by one in a large group, so that not everybody asks a node that has just come.</summary>
    public void SetPeers(ImmutableArray<string> peers, Instant now)
    {
        var known = _peers.ToHashSet(StringComparer.Ordinal);
        var newcomers = peers.Where(peer => !known.Contains(peer)).ToArray();
        _peers = peers;
        // Each node asks with this probability: a node that joins asks for certain, and in sum about one asks each newcomer.
        if (newcomers.Length > 0 && _prng.Chance((double)newcomers.Length / peers.Length))
        {
            _reconciler.Begin(newcomers[_prng.Next(newcomers.Length)]);
            _nextCompare = Instant.Min(_nextCompare, now + Jittered(_pace.CompareAgain));
        }

        if (newcomers.Length > 0 && !_rumours.IsIdle) _nextRound = Instant.Min(_nextRound, now + _pace.Round);
        var present = peers.ToHashSet(StringComparer.Ordinal);
        foreach (var pending in _pending.Values) pending.Waiting.RemoveAll(peer => !present.Contains(peer));
        FinishPublishes(now);
    }

    /// <summary>Whether this node may say so much more.</summary>
    public bool HasRoomFor(IReadOnlyCollection<RecordChange> changes)
    {
        var more = changes.Count(change => change.Payload is not null && !IsSaid(change));
        return _store.SaidBy(_self) + more <= Record.MaxPerOwner;
    }

    /// <summary>Says or withdraws things; what is already so costs nothing. <see cref="PublishDone"/> tells when neighbours know.</summary>
    /// <param name="changes">At most as many as <see cref="HasRoomFor"/>.</param>
    /// <param name="wall">Wall clock, milliseconds since 1970: keeps versions growing across a restart that forgot them.</param>
    /// <param name="now">The time.</param>
    /// <returns>The ticket that <see cref="PublishDone"/> bears.</returns>
    public ulong Publish(IReadOnlyCollection<RecordChange> changes, ulong wall, Instant now)
    {
        var records = changes.Where(IsNews).Select(change => Own(change, wall, now)).ToImmutableArray();
        var ticket = ++_ticket;
        var neighbours = records.Length > 0 ? Choose(Neighbours) : [];
        _pending[ticket] = new PendingPublish(records, neighbours, now + _pace.Acknowledged) { ResendAt = now + _pace.Resend };
        SendPending(ticket);
        FinishPublishes(now);
        return ticket;
    }

    /// <summary>An owner has left or was given up: nothing of it counts any more until <see cref="Revive"/>.</summary>
    public void Forget(string owner)
    {
        if (owner == _self) return;
        foreach (var record in _store.Forget(owner)) _rumours.Remove(record);
    }

    /// <summary>An owner is there again.</summary>
    public void Revive(string owner) => _store.Revive(owner);

    public void Receive(ReplicationMessage message, Instant now)
    {
        switch (message)
        {
            case Push push:
                foreach (var record in push.Records) TakeIn(record, isRumour: true, now);
                if (push.Ticket != 0) _outputs.Enqueue(new SendMessage(push.From, new PushAck(_self, push.Ticket)));
                break;
            case PushAck ack:
                if (!_pending.TryGetValue(ack.Ticket, out var pending) || !pending.Waiting.Remove(ack.From)) break;
                pending.Acknowledged++;
                FinishPublishes(now);
                break;
            case Repair repair:
                var changed = false;
                foreach (var record in repair.Records) changed |= TakeIn(record, isRumour: repair.Records.Length <= RumouredRepair, now);
                _reconciler.Receive(repair, now);
                if (changed) _nextCompare = Instant.Min(_nextCompare, now + Jittered(_pace.CompareAgain));
                break;
            default:
                _reconciler.Receive(message, now);
                break;
        }
    }

    public void Advance(Instant now)
    {
        _store.DropBuried(now);
        foreach (var (ticket, pending) in _pending)
        {
            if (pending.ResendAt > now) continue;
            pending.ResendAt = now + _pace.Resend;
            SendPending(ticket);
        }

        FinishPublishes(now);
        if (now >= _nextRound) SpreadRumours(now);
        if (now < _nextCompare) return;
        _nextCompare = now + Jittered(_pace.Compare);
        foreach (var peer in Choose(1)) _reconciler.Begin(peer);
    }

    private bool TakeIn(CarriedRecord carried, bool isRumour, Instant now)
    {
        var record = carried.Record;
        if (record.Owner == _self)
        {
            OverruleEarlierLife(carried, now);
            return false;
        }

        if (!_store.TrySet(carried, now)) return false;
        _outputs.Enqueue(new RecordChanged(record));
        if (isRumour) AddRumour(record, now);
        return true;
    }

    /// <summary>The group remembers something of this node that it does not say, or not so: an earlier life of it said that. This life's word counts.</summary>
    private void OverruleEarlierLife(CarriedRecord carried, Instant now)
    {
        var record = carried.Record;
        var isMine = _store.TryFind(_self, new RecordName(record.Kind, record.Id), out var mine);
        if (isMine && (mine.Record.Version > record.Version || (mine.Record.Version == record.Version && mine.Checksum == RecordHash.Checksum(record.Payload)))) return;
        _lastVersion = Math.Max(_lastVersion, record.Version);
        var isSaid = isMine && !mine.IsBuried;
        // What was withdrawn then and is not said now is remembered as the others do: else the views would differ for as long as they do.
        if (record.Payload is null && !isSaid) _store.TrySet(carried, now);
        else Own(new RecordChange(record.Kind, record.Id, isSaid ? mine.Record.Payload : null), 0, now);
    }

    private bool IsSaid(RecordChange change) => _store.TryFind(_self, new RecordName(change.Kind, change.Id), out var stored) && !stored.IsBuried;

    private bool IsNews(RecordChange change)
    {
        if (!_store.TryFind(_self, new RecordName(change.Kind, change.Id), out var stored) || stored.IsBuried) return change.Payload is not null;
        return change.Payload is not { } payload || !payload.Span.SequenceEqual(stored.Record.Payload!.Value.Span);
    }

    private CarriedRecord Own(RecordChange change, ulong wall, Instant now)
    {
        _lastVersion = Math.Max(_lastVersion + 1, wall << CounterBits);
        var carried = new CarriedRecord(new Record(_self, change.Kind, change.Id, _lastVersion, change.Payload), TimeSpan.Zero);
        Invariant.That(_store.TrySet(carried, now));
        AddRumour(carried.Record, now);
        return carried;
    }

    private void AddRumour(Record record, Instant now)
    {
        _rumours.Add(record);
        if (_nextRound == Instant.Never) _nextRound = now + _pace.Round;
    }

    private void SpreadRumours(Instant now)
    {
        _nextRound = Instant.Never;
        // A node alone has nobody to tell; whoever comes is compared with, and learns it all so.
        if (_peers.Length == 0) _rumours.Clear();
        var batch = _rumours.Take(RumourRules.Rounds(_peers.Length, _pace.Certainty), now);
        if (batch.Length > 0)
        {
            foreach (var peer in Choose(RumourRules.Fanout)) _outputs.Enqueue(new SendMessage(peer, new Push(_self, 0, batch)));
        }

        if (!_rumours.IsIdle) _nextRound = now + _pace.Round;
    }

    private void SendPending(ulong ticket)
    {
        var pending = _pending[ticket];
        foreach (var peer in pending.Waiting) _outputs.Enqueue(new SendMessage(peer, new Push(_self, ticket, pending.Records)));
    }

    private void FinishPublishes(Instant now)
    {
        foreach (var (ticket, pending) in _pending.Where(entry => entry.Value.IsDone(now)).ToArray())
        {
            _pending.Remove(ticket);
            _outputs.Enqueue(new PublishDone(ticket, pending.Acknowledged));
        }
    }

    private TimeSpan Jittered(TimeSpan interval) => interval * (0.75 + (0.5 * _prng.NextDouble()));

    private List<string> Choose(int count)
    {
        if (_peers.Length <= count) return [.. _peers];
        var chosen = new List<string>(count);
        while (chosen.Count < count)
        {
            var peer = _peers[_prng.Next(_peers.Length)];
            if (!chosen.Contains(peer)) chosen.Add(peer);
        }

        return chosen;
    }
}
