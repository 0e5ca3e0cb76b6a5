using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;
using Skerry.Primitives;

namespace Skerry.Gossip.Core;

/// <summary>What Serf's rules share with others: rumours of three kinds, its state in push/pulls, coordinates in acks.</summary>
internal sealed partial class Serf
{
    /// <summary>Rumours of one kind that wait at most; those sent most are dropped first.</summary>
    private const int MaxQueued = 4096;

    /// <summary>Nodes that are only heard of, at most.</summary>
    private const int MaxRemembered = 16384;

    private readonly BroadcastQueue _intentRumours;
    private readonly BroadcastQueue _queryRumours;
    private readonly BroadcastQueue _eventRumours;
    private readonly CoordinateEngine _coordinates;
    private ByteString _ackPayload;
    private Coordinate? _ackCoordinate;

    public CoordinateEngine Coordinates => _coordinates;

    public bool HasRumours => _intentRumours.Count > 0 || _queryRumours.Count > 0 || _eventRumours.Count > 0;

    /// <summary>See <see cref="GossipCore.Settle"/>.</summary>
    public void Settle()
    {
        foreach (var queue in (ReadOnlySpan<BroadcastQueue>)[_intentRumours, _queryRumours, _eventRumours]) queue.Clear();
        _members.TrimExcess();
    }

    public void TakeRumours(int limit, int transmitLimit, List<ReadOnlyMemory<byte>> parts)
    {
        foreach (var queue in (ReadOnlySpan<BroadcastQueue>)[_intentRumours, _queryRumours, _eventRumours])
            limit -= queue.Take(limit, PacketEncoder.PartOverhead, WireLimits.MaxPartsSent, transmitLimit, parts);
    }

    public ByteString AckPayload()
    {
        if (!ReferenceEquals(_ackCoordinate, _coordinates.Own))
        {
            _ackCoordinate = _coordinates.Own;
            _ackPayload = CoordinateCodec.Encode(_ackCoordinate);
        }

        return _ackPayload;
    }

    public void OnAck(SwimNode node, TimeSpan roundTrip, ByteString payload)
    {
        if (payload.IsEmpty || !CoordinateCodec.TryDecode(payload.Span, out var coordinate, out _)) return;
        _coordinates.Observe(node.Name, coordinate, roundTrip);
    }

    /// <summary>The share of a push/pull.</summary>
    public ByteString EncodeState() => SerfCodec.Encode(new SerfState(
        _clock.Now,
        [.. _members.Values.Select(member => new StatusTime(member.Name, member.StatusTime))],
        [.. _members.Absent.Where(member => member.Status == MemberStatus.Left).Select(member => member.Name)],
        _eventClock.Now,
        _events.ToArray(),
        _queryClock.Now));

    /// <summary>Takes in another's share; nothing of it is gossiped on, since its sender does that.</summary>
    public void Merge(ByteString encoded, Instant now)
    {
        if (encoded.IsEmpty) return;
        if (!SerfCodec.TryDecode(encoded.Span, out var message, out var error) || message is not SerfState state)
        {
            _core.Notice(Notice.Dropped, "", $"the Serf share of a push/pull cannot be read: {error}");
            return;
        }

        // What is sent is the next time to stamp with, not yet seen on anything.
        if (state.LTime > 0) Witness(_clock, state.LTime - 1);
        if (state.EventLTime > 0) Witness(_eventClock, state.EventLTime - 1);
        if (state.QueryLTime > 0) Witness(_queryClock, state.QueryLTime - 1);
        var left = state.LeftMembers.ToHashSet(StringComparer.Ordinal);
        foreach (var name in state.LeftMembers) MergeLeft(name, state.StatusTimeOf(name) + 1, now);
        foreach (var (name, time) in state.StatusTimes)
        {
            if (!left.Contains(name)) OnJoinIntent(new JoinIntent(time, name), now);
        }

        foreach (var slot in state.Events)
        {
            foreach (var seen in slot.Events) OnEvent(new UserEvent(slot.LTime, seen.Name, seen.Payload, Coalesce: false));
        }
    }

    /// <summary>
    /// Another holds a member left. SWIM's table of the same exchange has been taken in before: unless the member is gone here too, it has come back
    /// and the other has not heard yet. Serf takes the goodbye anyway and then holds the member leaving for as long as it lives, since the one added to
    /// the time may equal that of the new join, and grows with every exchange between two that hold it left.
    /// </summary>
    private void MergeLeft(string name, ulong time, Instant now)
    {
        if (name == _core.Name || _swim.Members.Find(name) is { IsGone: true }) OnLeaveIntent(new LeaveIntent(time, name, Prune: false), now);
        else Witness(_clock, time);
    }

    public void OnUserMessage(ByteString payload, NodeAddress from, Instant now)
    {
        if (!SerfCodec.TryDecode(payload.Span, out var message, out var error))
        {
            _core.Notice(Notice.Dropped, "", $"a user message from {from} cannot be read: {error}");
            return;
        }

        switch (message)
        {
            case JoinIntent intent: if (OnJoinIntent(intent, now)) QueueAgain(_intentRumours, payload, now); break;
            case LeaveIntent intent: if (OnLeaveIntent(intent, now)) QueueAgain(_intentRumours, payload, now); break;
            case UserEvent userEvent: if (OnEvent(userEvent)) QueueAgain(_eventRumours, payload, now); break;
            case Query query: if (OnQuery(query, now)) QueueAgain(_queryRumours, payload, now); break;
            case QueryResponse response: OnResponse(response); break;
            case Relay relay: OnRelay(relay); break;
            case ApplicationData data: _core.Emit(new DeliverApplication(from, data.Payload.Memory)); break;
            default: _core.Notice(Notice.Dropped, "", $"a {message.Type} does not come by itself"); break;
        }
    }

    public bool OnTimer(TimerKey key, Instant now)
    {
        switch (key.Timer)
        {
            case SwimTimer.Reap: OnReap(now); return true;
            case SwimTimer.Reconnect: OnReconnect(now); return true;
            case SwimTimer.Conflict: OnConflictDeadline(); return true;
            case SwimTimer.Prune when _members.TryGetValue(key.Node, out var member):
                // One that said since that it stays is not pruned.
                if (member.Status != MemberStatus.Alive) Erase(member);
                return true;
            default: return false;
        }
    }

    private void QueueAgain(BroadcastQueue queue, ByteString payload, Instant now) => Queue(queue, payload.Span, now);

    private Rumour Queue(BroadcastQueue queue, ReadOnlySpan<byte> serfMessage, Instant now)
    {
        var bytes = new byte[serfMessage.Length + 1];
        bytes[0] = (byte)GossipMessageType.User;
        serfMessage.CopyTo(bytes.AsSpan(1));
        var rumour = queue.Add(bytes);
        if (queue.Prune(Math.Max(MaxQueued, 2 * _members.Count)) is > 0 and var dropped) _core.Notice(Notice.QueuePruned, "", $"{dropped} rumours dropped");
        _swim.WakeGossip(now);
        return rumour;
    }

    private void Witness(LamportClock clock, ulong time)
    {
        if (clock.Witness(time)) _core.Emit(ClockMoved.Instance);
    }

    /// <summary>The time on a message of our own.</summary>
    private ulong Stamp(LamportClock clock)
    {
        _core.Emit(ClockMoved.Instance);
        return clock.Tick();
    }
}
