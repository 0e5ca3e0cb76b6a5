using System.Collections.Immutable;

using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;
using Skerry.Primitives;

namespace Skerry.Gossip.Core;

/// <summary>
/// Membership by SWIM (Das et al., 2002) with Lifeguard (Dadgar et al., 2018), by memberlist's rules. This file: what is held of each node and
/// what changes it. <c>Swim.Probing</c>: the failure detector. <c>Swim.Dissemination</c>: packets and rumours.
/// </summary>
internal sealed partial class Swim
{
    private readonly CoreContext _core;
    private readonly ISwimLayer _layer;
    private readonly MemberTable _members;
    private readonly BroadcastQueue _rumours = new();
    private readonly SwimNode _self;

    /// <summary>
    /// Who is gone stays in the table for as long as Serf's rules remember the member. Memberlist drops it after half a minute; a node that missed the
    /// death then passes it on as alive, and all believe it, since nobody knows better.
    /// </summary>
    private readonly TimeSpan _keepGone;

    private uint _incarnation;
    private bool _leaving;

    public Swim(CoreContext core, ISwimLayer layer, ByteString meta)
    {
        _core = core;
        _layer = layer;
        _members = new MemberTable(core.Prng);
        _keepGone = core.Options.ReconnectTimeout > core.Options.TombstoneTimeout ? core.Options.ReconnectTimeout : core.Options.TombstoneTimeout;
        _awareness = new Awareness(core.Timing.AwarenessMaxMultiplier);
        _self = _members.Add(core.Name);
        _self.Address = core.Options.Address;
        _self.Meta = meta;
        _self.Versions = ProtocolVersions.Current;
    }

    public MemberTable Members => _members;

    public SwimNode Self => _self;

    public int HealthScore => _awareness.Score;

    /// <summary>The node comes up: it says so, and probing and exchanging begin at random places in their intervals.</summary>
    public void Start(Instant now)
    {
        _incarnation = 1;
        _self.Incarnation = _incarnation;
        SetState(_self, SwimState.Alive, now);
        GossipAlive(_self);
        _layer.OnJoin(_self, now);
        _core.Timers.Set(new TimerKey(SwimTimer.Probe), now + _core.Prng.NextDuration(_core.Timing.ProbeInterval));
        _core.Timers.Set(new TimerKey(SwimTimer.PushPull), now + _core.Prng.NextDuration(_core.Timing.PushPullInterval));
    }

    /// <summary>Says something new of itself.</summary>
    public Rumour UpdateMeta(ByteString meta, Instant now)
    {
        _self.Meta = meta;
        _self.Incarnation = ++_incarnation;
        _layer.OnUpdate(_self, now);
        return GossipAlive(_self);
    }

    /// <summary>Says goodbye; from now on nothing refutes.</summary>
    public Rumour Leave(Instant now)
    {
        _leaving = true;
        OnDead(new Dead(_self.Incarnation, _self.Name, _self.Name), now);
        return _rumours.Add(GossipCodec.Encode(new Dead(_self.Incarnation, _self.Name, _self.Name)), _self.Name);
    }

    public bool IsQueued(Rumour rumour) => _rumours.Contains(rumour);

    /// <summary>Section 7 of the wire reference, rule by rule.</summary>
    private void OnAlive(Alive alive, Instant now)
    {
        var isSelf = alive.Node == _core.Name;
        if (isSelf && _leaving) return;
        var versions = alive.Versions;
        if (versions.Length >= 3 && (versions.ProtocolMin == 0 || versions.ProtocolMax == 0 || versions.ProtocolMin > versions.ProtocolMax)) return;
        var address = alive.Address.Port == 0 ? alive.Address.WithPort(_core.Options.Address.Port) : alive.Address;

        var node = _members.Find(alive.Node);
        var moved = false;
        if (node is null)
        {
            if (alive.Incarnation == 0) return;
            node = _members.Add(alive.Node);
            node.Address = address;
            node.StateChanged = now;
        }
        else if (node.Address != address)
        {
            var reclaim = _core.Options.DeadNodeReclaimTime;
            moved = node.State == SwimState.Left
                || (node.State == SwimState.Dead && reclaim > TimeSpan.Zero && now - node.StateChanged >= reclaim);
            if (!moved)
            {
                _layer.OnConflict(node, address, now);
                return;
            }
        }

        if (isSelf)
        {
            OnAliveSelf(alive, now);
            return;
        }

        if (alive.Incarnation <= node.Incarnation && !moved) return;
        StopSuspicion(node);
        var wasGone = node.IsGone;
        var changed = node.Meta != alive.Meta || node.Address != address;
        node.Versions = versions;
        node.Incarnation = alive.Incarnation;
        node.Meta = alive.Meta;
        node.Address = address;
        if (node.State != SwimState.Alive) SetState(node, SwimState.Alive, now);
        GossipAlive(node);
        if (wasGone) _layer.OnJoin(node, now);
        else if (changed) _layer.OnUpdate(node, now);
        else _layer.OnIncarnation(node);
    }

    private void OnAliveSelf(Alive alive, Instant now)
    {
        if (alive.Incarnation < _self.Incarnation) return;
        if (alive.Incarnation == _self.Incarnation && alive.Meta == _self.Meta && alive.Versions == _self.Versions) return;
        Refute(alive.Incarnation, now);
    }

    /// <param name="suspect">The suspicion.</param>
    /// <param name="now">The time.</param>
    /// <param name="teller">Who passed it on by packet; null: it is this node's own.</param>
    private void OnSuspect(Suspect suspect, Instant now, NodeAddress? teller = null)
    {
        var node = _members.Find(suspect.Node);
        if (node is null) return;
        if (suspect.Incarnation < node.Incarnation || node.State == SwimState.Left)
        {
            SetRight(node, teller);
            return;
        }

        if (node == _self)
        {
            if (!_leaving) Refute(suspect.Incarnation, now);
            return;
        }

        if (node.Suspicion is { } running)
        {
            if (!running.Confirm(suspect.From)) return;
            // The confirmation may have cut it to less than has passed already. A deadline in the past would look like a loop that came late.
            _core.Timers.Set(new TimerKey(SwimTimer.Suspicion, node.Name), Instant.Max(running.Deadline, now));
            _rumours.Add(GossipCodec.Encode(suspect), node.Name);
            WakeGossip(now);
            return;
        }

        if (node.State != SwimState.Alive) return;
        _rumours.Add(GossipCodec.Encode(suspect), node.Name);
        WakeGossip(now);
        node.Incarnation = suspect.Incarnation;
        SetState(node, SwimState.Suspect, now);
        var timing = _core.Timing;
        var wanted = timing.SuspicionMultiplier - 2;
        if (_members.Count - 2 < wanted) wanted = 0;
        var shortest = GossipScaling.SuspicionTimeout(timing.SuspicionMultiplier, _members.Count, timing.ProbeInterval);
        node.Suspicion = new Suspicion(suspect.From, wanted, shortest, timing.SuspicionMaxMultiplier * shortest, now);
        _core.Timers.Set(new TimerKey(SwimTimer.Suspicion, node.Name), node.Suspicion.Deadline);
    }

    private void OnSuspicionDeadline(string name, Instant now)
    {
        if (_members.Find(name) is { State: SwimState.Suspect } node) OnDead(new Dead(node.Incarnation, name, _core.Name), now);
    }

    private void OnDead(Dead dead, Instant now, NodeAddress? teller = null)
    {
        var node = _members.Find(dead.Node);
        if (node is null || node.IsGone) return;
        if (dead.Incarnation < node.Incarnation)
        {
            SetRight(node, teller);
            return;
        }

        if (node == _self && !_leaving)
        {
            Refute(dead.Incarnation, now);
            return;
        }

        StopSuspicion(node);
        _rumours.Add(GossipCodec.Encode(dead), node.Name);
        WakeGossip(now);
        node.Incarnation = dead.Incarnation;
        SetState(node, dead.Node == dead.From ? SwimState.Left : SwimState.Dead, now);
        _layer.OnLeave(node, now);
    }

    /// <summary>Somebody holds this node worse than it is: a higher incarnation overrules it.</summary>
    private void Refute(uint accused, Instant now)
    {
        // An accusation at the very top cannot be topped; nobody but an attacker gets there.
        if (accused == uint.MaxValue)
        {
            _core.Notice(Notice.Dropped, _self.Name, "accused at the highest incarnation there is");
            return;
        }

        _incarnation = Math.Max(_incarnation + 1, accused + 1);
        _self.Incarnation = _incarnation;
        _awareness.Apply(1);
        _core.Notice(Notice.Refuted, _self.Name);
        GossipAlive(_self);
        WakeGossip(now);
        _layer.OnIncarnation(_self);
    }

    /// <summary>
    /// Who accuses a node by an old incarnation, or suspects one that has left, has missed what came after: it gets that at once. Memberlist stays
    /// silent here, and the teller then holds a node dead that has refuted, or failed that has said goodbye.
    /// </summary>
    private void SetRight(SwimNode node, NodeAddress? teller)
    {
        if (teller is not { } to) return;
        if (node.State == SwimState.Alive) Send(to, GossipCodec.Encode(new Alive(node.Incarnation, node.Name, node.Address, node.Meta, node.Versions)));
        else if (node.State == SwimState.Left) Send(to, GossipCodec.Encode(new Dead(node.Incarnation, node.Name, node.Name)));
    }

    /// <summary>Takes in the state of another node, as if each entry had been gossiped (section 6).</summary>
    /// <returns>False when the versions do not meet: nothing is taken in.</returns>
    public bool Merge(ImmutableArray<PushNodeState> nodes, Instant now)
    {
        if (!VersionCheck.Pass(nodes, _members.All, out var offender))
        {
            _core.Notice(Notice.MergeRefused, offender, "its protocol versions and ours do not meet");
            return false;
        }

        foreach (var node in nodes)
        {
            switch (node.State)
            {
                case SwimState.Alive:
                    OnAlive(new Alive(node.Incarnation, node.Name, node.Address, node.Meta, node.Versions), now);
                    break;
                case SwimState.Left:
                    OnDead(new Dead(node.Incarnation, node.Name, node.Name), now);
                    break;
                case SwimState.Dead:
                case SwimState.Suspect:
                    // Another's verdict counts as a suspicion here, so that the victim can refute.
                    OnSuspect(new Suspect(node.Incarnation, node.Name, _core.Name), now);
                    break;
            }
        }

        return true;
    }

    private static void SetState(SwimNode node, SwimState state, Instant now)
    {
        node.State = state;
        node.StateChanged = now;
    }

    private void StopSuspicion(SwimNode node)
    {
        if (node.Suspicion is null) return;
        node.Suspicion = null;
        _core.Timers.Cancel(new TimerKey(SwimTimer.Suspicion, node.Name));
    }

    private Rumour GossipAlive(SwimNode node) =>
        _rumours.Add(GossipCodec.Encode(new Alive(node.Incarnation, node.Name, node.Address, node.Meta, node.Versions)), node.Name);
}
