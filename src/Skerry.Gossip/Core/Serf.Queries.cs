using System.Collections.Immutable;
using System.Text;

using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;
using Skerry.Primitives;

namespace Skerry.Gossip.Core;

/// <summary>Events and queries of others: told on once, acknowledged, answered where they are Serf's own (sections 13 to 15).</summary>
internal sealed partial class Serf
{
    /// <summary>Lamport times back that a query is still known again; Serf's QueryBuffer.</summary>
    private const int QueryBuffer = 512;

    private readonly LamportClock _eventClock = new();
    private readonly LamportClock _queryClock = new();
    private readonly EventRing _events = new();
    private readonly (ulong Time, HashSet<uint> Ids)[] _queries = new (ulong, HashSet<uint>)[QueryBuffer];
    private readonly List<SwimNode> _relays = [];
    private readonly ulong _eventMinTime;
    private readonly ulong _queryMinTime;
    private NameDispute? _dispute;

    public void OnConflict(SwimNode existing, NodeAddress other, Instant now)
    {
        _core.Notice(Notice.NameConflict, existing.Name, $"{existing.Address} and {other} both claim it");
        if (existing.Name != _core.Name || _dispute is not null) return;

        // The group decides who keeps the name: ask everyone whom they know by it.
        var query = new Query(
            Stamp(_queryClock), (uint)(_core.Prng.NextUInt64() >> 33), _core.Options.Address, _core.Name, [], QueryFlags.None, 0,
            GossipScaling.QueryTimeout(_core.Timing.GossipInterval, _members.AliveCount), "_serf_conflict", ByteString.Own(Encoding.UTF8.GetBytes(_core.Name)));
        _dispute = new NameDispute(query.LTime, query.Id);
        FirstTime(query);
        Queue(_queryRumours, SerfCodec.Encode(query).Span, now);
        _core.Timers.Set(new TimerKey(SwimTimer.Conflict), now + query.Timeout);
    }

    /// <summary>Sends the outcome of a <see cref="KeyOperation"/>.</summary>
    public void AnswerKeys(Query query, KeyResponse response)
    {
        // A long list of keys is cut until the answer fits a response.
        var encoded = SerfCodec.Encode(response);
        while (encoded.Length > 900 && response.Keys.Length > 0)
        {
            response = response with { Keys = response.Keys[..^1], Message = "Truncated key list" };
            encoded = SerfCodec.Encode(response);
        }

        Respond(query, QueryFlags.None, encoded);
    }

    private void OnResponse(QueryResponse response)
    {
        if (_dispute is not { } dispute || response.LTime != dispute.Time || response.Id != dispute.Id || (response.Flags & QueryFlags.Ack) != 0) return;
        if (SerfCodec.TryDecode(response.Payload.Span, out var message, out _) && message is ConflictResponse { Member: { } member })
            dispute.Count(response.From, member.Address.Normalized == _core.Options.Address.Normalized);
    }

    private void OnConflictDeadline()
    {
        if (_dispute is not { } dispute) return;
        _dispute = null;
        if (!dispute.IsWon) _core.Notice(Notice.NameLost, _core.Name, "most of the group knows another node by this name");
    }

    /// <summary>Tells every member of an event.</summary>
    public void FireEvent(string name, ByteString payload, Instant now)
    {
        var fired = new UserEvent(Stamp(_eventClock), name, payload, Coalesce: false);
        OnEvent(fired);
        Queue(_eventRumours, SerfCodec.Encode(fired).Span, now);
    }

    private bool OnEvent(UserEvent userEvent)
    {
        Witness(_eventClock, userEvent.LTime);
        if (userEvent.LTime < _eventMinTime || IsTooOld(_eventClock, userEvent.LTime)) return false;
        if (!_events.Add(userEvent)) return false;
        _core.Emit(new DeliverEvent(userEvent));
        return true;
    }

    private bool OnQuery(Query query, Instant now)
    {
        Witness(_queryClock, query.LTime);
        if (query.LTime < _queryMinTime || IsTooOld(_queryClock, query.LTime) || !FirstTime(query)) return false;
        if (Passes(query.Filters))
        {
            if ((query.Flags & QueryFlags.Ack) != 0) Respond(query, QueryFlags.Ack, ByteString.Empty);
            Answer(query, now);
        }

        return (query.Flags & QueryFlags.NoBroadcast) == 0;
    }

    private void Answer(Query query, Instant now)
    {
        switch (query.Name)
        {
            case "_serf_conflict":
                var name = Encoding.UTF8.GetString(query.Payload.Span);
                if (name == _core.Name) return;
                var member = _members.TryGetValue(name, out var known)
                    ? new ConflictMember(known.Name, known.Node.Address, known.Tags, known.Status, known.Node.Versions)
                    : null;
                Respond(query, QueryFlags.None, SerfCodec.Encode(new ConflictResponse(member)));
                return;
            case "_serf_install-key" or "_serf_use-key" or "_serf_remove-key" or "_serf_list-keys":
                if (SerfCodec.TryDecode(query.Payload.Span, out var message, out _) && message is KeyRequest request) _core.Emit(new KeyOperation(query, request.Key));
                return;
        }
    }

    private void Respond(Query query, QueryFlags flags, ByteString payload)
    {
        var response = SerfCodec.Encode(new QueryResponse(query.LTime, query.Id, _core.Name, flags, payload));
        _swim.Send(query.Origin, Enclose(response.Span));
        if (query.RelayFactor == 0 || _members.Count < query.RelayFactor + 1) return;
        _swim.Members.Choose(
            query.RelayFactor, static node => node.State == SwimState.Alive && node.UnderstandsChecksum, _relays);
        foreach (var helper in _relays)
        {
            var relay = SerfCodec.Encode(new Relay(query.Origin, query.SourceNode, response));
            _swim.SendTo(helper, Enclose(relay.Span));
        }
    }

    private void OnRelay(Relay relay)
    {
        if (relay.Destination is { HasIP: true, Port: not 0 }) _swim.Send(relay.Destination, Enclose(relay.Inner.Span));
    }

    private bool Passes(ImmutableArray<QueryFilter> filters)
    {
        var tags = _members.TryGetValue(_core.Name, out var self) ? self.Tags : ImmutableSortedDictionary<string, string>.Empty;
        foreach (var filter in filters)
        {
            var passes = filter switch
            {
                NodeFilter nodes => nodes.Nodes.Contains(_core.Name),
                TagFilter tag => Re2Pattern.TryCreate(tag.Expression, out var expression) && expression.IsMatch(tags.GetValueOrDefault(tag.Tag, "")),
                _ => false,
            };
            if (!passes) return false;
        }

        return true;
    }

    private bool FirstTime(Query query)
    {
        ref var slot = ref _queries[query.LTime % QueryBuffer];
        if (slot.Ids is null || slot.Time != query.LTime) slot = (query.LTime, []);
        return slot.Ids.Count < QueryBuffer && slot.Ids.Add(query.Id);
    }

    private static bool IsTooOld(LamportClock clock, ulong time) => clock.Now > QueryBuffer && time < clock.Now - QueryBuffer;

    private static byte[] Enclose(ReadOnlySpan<byte> serfMessage) => [(byte)GossipMessageType.User, .. serfMessage];
}
