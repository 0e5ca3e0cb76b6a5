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

    /// <summary>Peers a rumour goes to in each round.</summary>
    private const int Fanout = 3;

    private static readonly TimeSpan RoundInterval = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan AckTimeout = TimeSpan.FromMilliseconds(300);
    private static readonly TimeSpan CompareInterval = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SweepInterval = TimeSpan.FromMinutes(10);

    private readonly string _self;
    private readonly Prng _prng;
    private readonly int _datagramSize;
    private readonly RecordStore _store = new();
    private readonly IReconciler _reconciler;
    private readonly Queue<ReplicationOutput> _outputs = new();
    private readonly SortedDictionary<(string Owner, RecordName Name), int> _rumours = [];
    private readonly Dictionary<ulong, PendingPublish> _pending = [];
    private ImmutableArray<string> _peers = [];
    private Instant _nextRound = Instant.Never;
    private Instant _nextCompare;
    private Instant _nextSweep;
    private ulong _lastVersion;
    private ulong _ticket;

    /// <param name="self">This node.</param>
    /// <param name="datagramSize">Room for records in a datagram, bytes.</param>
    /// <param name="prng">The only source of chance.</param>
    /// <param name="now">When it starts.</param>
    public ReplicationCore(string self, int datagramSize, Prng prng, Instant now)
    {
        _self = self;
        _datagramSize = datagramSize;
        _prng = prng;
        _reconciler = new DigestReconciler(self, _store, _outputs.Enqueue);
        _nextCompare = now + _prng.NextDuration(CompareInterval);
        _nextSweep = now + SweepInterval;
    }

    public RecordStore Store => _store;

    public Instant NextDeadline
    {
        get
        {
            var next = Instant.Min(Instant.Min(_nextRound, _peers.Length > 0 ? _nextCompare : Instant.Never), _nextSweep);
            foreach (var pending in _pending.Values) next = Instant.Min(next, pending.Deadline);
            return next;
        }
    }

    public bool TryTake(out ReplicationOutput output) => _outputs.TryDequeue(out output!);

    /// <summary>Who can be talked to now; a newcomer is compared with soon.</summary>
    public void SetPeers(ImmutableArray<string> peers, Instant now)
    {
        var known = _peers.ToHashSet(StringComparer.Ordinal);
        var newcomers = peers.Where(peer => !known.Contains(peer)).ToArray();
        _peers = peers;
        if (newcomers.Length > 0) _reconciler.Begin(newcomers[_prng.Next(newcomers.Length)]);
        foreach (var pending in _pending.Values) pending.Waiting.RemoveWhere(peer => !peers.Contains(peer));
        FinishPublishes(now);
    }

    /// <summary>Says something, or withdraws it; <see cref="PublishDone"/> tells when neighbours know.</summary>
    /// <param name="kind">What sort.</param>
    /// <param name="id">Which one.</param>
    /// <param name="payload">What; null withdraws.</param>
    /// <param name="wall">Wall clock, milliseconds: keeps versions growing across a restart that forgot them.</param>
    /// <param name="now">The time.</param>
    /// <returns>The ticket that <see cref="PublishDone"/> bears.</returns>
    public ulong Publish(string kind, string id, ReadOnlyMemory<byte>? payload, ulong wall, Instant now)
    {
        var record = Own(kind, id, payload, wall, now);
        var ticket = ++_ticket;
        var neighbours = Choose(Neighbours);
        _pending[ticket] = new PendingPublish(now + AckTimeout, [.. neighbours]);
        foreach (var peer in neighbours) _outputs.Enqueue(new SendMessage(peer, new Push(_self, ticket, [record]), ByStream: false));
        FinishPublishes(now);
        return ticket;
    }

    /// <summary>An owner has left or was given up: nothing of it counts any more until <see cref="Revive"/>.</summary>
    public void Forget(string owner)
    {
        foreach (var record in _store.Forget(owner))
        {
            _rumours.Remove((owner, new RecordName(record.Kind, record.Id)));
            if (record.Payload is not null) _outputs.Enqueue(new RecordChanged(record with { Payload = null }));
        }
    }

    /// <summary>An owner is there again.</summary>
    public void Revive(string owner) => _store.Revive(owner);

    public void Receive(ReplicationMessage message, Instant now)
    {
        switch (message)
        {
            case Push push:
                foreach (var record in push.Records) TakeIn(record, now);
                if (push.Ticket != 0) _outputs.Enqueue(new SendMessage(push.From, new PushAck(_self, push.Ticket), ByStream: false));
                break;
            case PushAck ack:
                if (!_pending.TryGetValue(ack.Ticket, out var pending) || !pending.Waiting.Remove(ack.From)) break;
                pending.Acknowledged++;
                FinishPublishes(now);
                break;
            default:
                _reconciler.Receive(message, now);
                break;
        }
    }

    public void Advance(Instant now)
    {
        FinishPublishes(now);
        if (now >= _nextRound) SpreadRumours(now);
        if (now >= _nextCompare)
        {
            _nextCompare = now + CompareInterval * (0.75 + 0.5 * _prng.NextDouble());
            foreach (var peer in Choose(1)) _reconciler.Begin(peer);
        }

        if (now >= _nextSweep)
        {
            _nextSweep = now + SweepInterval;
            _store.DropBuried(now);
        }
    }

    private void TakeIn(Record record, Instant now)
    {
        if (record.Owner == _self)
        {
            OverruleEarlierLife(record, now);
            return;
        }

        if (!_store.TrySet(record, now)) return;
        _outputs.Enqueue(new RecordChanged(record));
        AddRumour(record, now);
    }

    /// <summary>The group remembers something of this node that it does not say, or not so: an earlier life of it said that. This life's word counts.</summary>
    private void OverruleEarlierLife(Record record, Instant now)
    {
        var mine = _store.Find(_self, new RecordName(record.Kind, record.Id));
        if (mine is not null && mine.Version >= record.Version) return;
        if (mine is null && record.Payload is null) return;
        _lastVersion = Math.Max(_lastVersion, record.Version);
        Own(record.Kind, record.Id, mine?.Payload, 0, now);
    }

    private Record Own(string kind, string id, ReadOnlyMemory<byte>? payload, ulong wall, Instant now)
    {
        // Milliseconds leave 20 bits for changes within one: a node that publishes more borrows from the future, and stays ahead.
        _lastVersion = Math.Max(_lastVersion + 1, wall << 20);
        var record = new Record(_self, kind, id, _lastVersion, payload);
        Invariant.That(_store.TrySet(record, now));
        _outputs.Enqueue(new RecordChanged(record));
        AddRumour(record, now);
        return record;
    }

    private void AddRumour(Record record, Instant now)
    {
        _rumours[(record.Owner, new RecordName(record.Kind, record.Id))] = 0;
        if (_nextRound == Instant.Never) _nextRound = now + RoundInterval;
    }

    private void SpreadRumours(Instant now)
    {
        _nextRound = Instant.Never;
        // Each peer passes a rumour on as often as the group has doublings, and two times for luck: what is still missed, the comparison finds.
        var rounds = (int)Math.Ceiling(Math.Log2(_peers.Length + 2)) + 2;
        var batch = new List<Record>();
        var size = 0;
        foreach (var (key, sent) in _rumours.ToArray())
        {
            var record = _store.Find(key.Owner, key.Name);
            var length = record is null ? 0 : ReplicationSize.Of(record);
            if (record is not null && size + length <= _datagramSize)
            {
                batch.Add(record);
                size += length;
            }
            else if (record is not null && length > _datagramSize)
            {
                foreach (var peer in Choose(1)) _outputs.Enqueue(new SendMessage(peer, new Push(_self, 0, [record]), ByStream: true));
            }
            else if (record is not null)
            {
                continue; // no room in this round
            }

            if (record is null || sent + 1 >= rounds) _rumours.Remove(key);
            else _rumours[key] = sent + 1;
        }

        if (batch.Count > 0)
        {
            foreach (var peer in Choose(Fanout)) _outputs.Enqueue(new SendMessage(peer, new Push(_self, 0, [.. batch]), ByStream: false));
        }

        if (_rumours.Count > 0 && _peers.Length > 0) _nextRound = now + RoundInterval;
        else if (_peers.Length == 0) _rumours.Clear();
    }

    private void FinishPublishes(Instant now)
    {
        foreach (var (ticket, pending) in _pending.Where(entry => entry.Value.Waiting.Count == 0 || entry.Value.Deadline <= now).OrderBy(entry => entry.Key).ToArray())
        {
            _pending.Remove(ticket);
            _outputs.Enqueue(new PublishDone(ticket, pending.Acknowledged));
        }
    }

    private string[] Choose(int count)
    {
        if (_peers.Length <= count) return [.. _peers];
        var chosen = new List<string>(count);
        while (chosen.Count < count)
        {
            var peer = _peers[_prng.Next(_peers.Length)];
            if (!chosen.Contains(peer)) chosen.Add(peer);
        }

        return [.. chosen];
    }
}
