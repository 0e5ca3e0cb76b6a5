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
    private readonly BroadcastQueue _rumours;
    private readonly SwimNode _self;

    /// <summary>
    /// Who is gone stays in the table for as long as Serf's rules remember the member. Memberlist drops it after half a minute; a node that missed the
    /// death then passes it on as alive, and all believe it, since nobody knows better.
    /// </summary>
    private readonly TimeSpan _keepGone;

    private bool _leaving;

    public Swim(CoreContext core, ISwimLayer layer, ByteString meta)
    {
        _core = core;
        _layer = layer;
        _members = new MemberTable(new Alive(0, core.Name, core.Options.Address, meta, ProtocolVersions.Current), core.Prng);
        _rumours = new BroadcastQueue(core.MaxRumour);
        _keepGone = core.Options.ReconnectTimeout > core.Options.TombstoneTimeout ? core.Options.ReconnectTimeout : core.Options.TombstoneTimeout;
        _awareness = new Awareness(core.Timing.AwarenessMaxMultiplier);
        _self = _members.Self;
    }

    public MemberTable Members => _members;

    public SwimNode Self => _self;

    public int HealthScore => _awareness.Score;

    /// <summary>The node comes up and says so.</summary>
    public void Start(Instant now)
    {
        RaiseIncarnation(0);
        _members.Set(_self, SwimState.Alive, now);
        GossipAlive(_self);
        _layer.OnJoin(_self, now);
    }

    /// <summary>Says something new of itself.</summary>
    public Rumour UpdateMeta(ByteString meta, Instant now)
    {
        _self.Told = _self.Told with { Meta = meta };
        RaiseIncarnation(0);
        _layer.OnUpdate(_self, now);
        return GossipAlive(_self);
    }

    /// <summary>Says goodbye; from now on nothing refutes.</summary>
    public Rumour Leave(Instant now)
    {
        _leaving = true;
        return Bury(_self, new Dead(_self.Incarnation, _self.Name, _self.Name), now);
    }

    /// <summary>A node says what it is, or another passes that on.</summary>
    private void OnAlive(Alive alive, Instant now)
    {
        var isSelf = alive.Node == _core.Name;
        if (isSelf && _leaving) return;
        if (alive.Address.Port == 0) alive = alive with { Address = alive.Address.WithPort(_core.Options.Address.Port) };
        var node = _members.Find(alive.Node);
        var isNews = node is null || isSelf || alive.Incarnation > node.Incarnation || node.Address != alive.Address;
        if (!isNews || !IsSound(alive)) return;
        node ??= AddStranger(alive);
        if (node is null) return;

        var hasMoved = node.Address != alive.Address;
        if (hasMoved && !MayMove(node, now))
        {
            _layer.OnConflict(node, alive.Address, now);
            return;
        }

        if (isSelf)
        {
            OnAliveSelf(alive, now);
            return;
        }

        StopSuspicion(node);
        var wasGone = node.IsGone;
        var hasChanged = node.Meta != alive.Meta;
        node.Told = alive;
        node.Incarnation = alive.Incarnation;
        if (node.State != SwimState.Alive) _members.Set(node, SwimState.Alive, now);
        GossipAlive(node);
        if (wasGone) WakeProbing(now);
        if (wasGone) _layer.OnJoin(node, now);
        else if (hasChanged) _layer.OnUpdate(node, now);
        else _layer.OnIncarnation(node);
    }

    /// <summary>
    /// What cannot be a member is not made one. Memberlist takes in an alive message whose versions nobody speaks, or that gives none; from then on
    /// every push/pull of every node that knows it is refused.
    /// </summary>
    private bool IsSound(Alive alive)
    {
        if (alive.Node.Length > 0 && alive.Address.HasIP && VersionCheck.CanTalk(alive.Versions)) return true;
        _core.Notice(Notice.Dropped, alive.Node, $"no member could be like this: address {alive.Address}, versions {alive.Versions}");
        return false;
    }

    private SwimNode? AddStranger(Alive alive) =>
        alive.Incarnation == 0 || _members.All.Count >= WireLimits.MaxPushPullNodes ? null : _members.Add(alive);

    /// <summary>Whether a name may be taken to another address: at once after a goodbye, after a death when it is long enough ago.</summary>
    private bool MayMove(SwimNode node, Instant now)
    {
        var reclaim = _core.Options.DeadNodeReclaimTime;
        return node.State == SwimState.Left || (node.State == SwimState.Dead && reclaim > TimeSpan.Zero && now - node.StateChanged >= reclaim);
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
            return;
        }

        if (node.State != SwimState.Alive) return;
        _rumours.Add(GossipCodec.Encode(suspect), node.Name);
        node.Incarnation = suspect.Incarnation;
        _members.Set(node, SwimState.Suspect, now);
        var timing = _core.Timing;
        var wanted = GossipScaling.WantedConfirmations(timing.SuspicionMultiplier, _members.Size);
        var shortest = GossipScaling.SuspicionTimeout(timing.SuspicionMultiplier, _members.Size, timing.ProbeInterval);
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

        Bury(node, dead, now);
    }

    private Rumour Bury(SwimNode node, Dead dead, Instant now)
    {
        StopSuspicion(node);
        var rumour = _rumours.Add(GossipCodec.Encode(dead), node.Name);
        node.Incarnation = dead.Incarnation;
        _members.Set(node, dead.Node == dead.From ? SwimState.Left : SwimState.Dead, now);
        _layer.OnLeave(node, now);
        return rumour;
    }

    /// <summary>Somebody holds this node worse than it is: a higher incarnation overrules it.</summary>
    private void Refute(uint accused, Instant now)
    {
        // An accusation at the very top cannot be topped; nobody but an attacker gets there.
        if (!RaiseIncarnation(accused))
        {
            _core.Notice(Notice.Dropped, _self.Name, "accused at the highest incarnation there is");
            return;
        }

        _awareness.Apply(1);
        _core.Notice(Notice.Refuted, _self.Name);
        GossipAlive(_self);
        _layer.OnIncarnation(_self);
    }

    /// <summary>The next incarnation of this node, above one that somebody named; false when there is none, since it never goes back.</summary>
    private bool RaiseIncarnation(uint above)
    {
        var highest = Math.Max(_self.Incarnation, above);
        if (highest == uint.MaxValue) return false;
        _self.Incarnation = highest + 1;
        return true;
    }

    /// <summary>
    /// Who accuses a node by an old incarnation, or suspects one that has left, has missed what came after: it gets that at once. Memberlist stays
    /// silent here, and the teller then holds a node dead that has refuted, or failed that has said goodbye.
    /// </summary>
    private void SetRight(SwimNode node, NodeAddress? teller)
    {
        if (teller is not { } to) return;
        if (node.State == SwimState.Alive) Send(to, GossipCodec.Encode(WordOf(node)));
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

    private void StopSuspicion(SwimNode node)
    {
        if (node.Suspicion is null) return;
        node.Suspicion = null;
        _core.Timers.Cancel(new TimerKey(SwimTimer.Suspicion, node.Name));
    }

    private Rumour GossipAlive(SwimNode node) => _rumours.Add(GossipCodec.Encode(WordOf(node)), node.Name);

    private static Alive WordOf(SwimNode node) => node.Told.Incarnation == node.Incarnation ? node.Told : node.Told with { Incarnation = node.Incarnation };
}
