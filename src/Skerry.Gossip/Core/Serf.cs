using System.Collections.Immutable;

using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;
using Skerry.Primitives;

namespace Skerry.Gossip.Core;

/// <summary>
/// Serf's rules on top of SWIM: who means to join and who to leave, under a Lamport clock, so that a goodbye and a crash are told apart. This file:
/// members and intents. <c>Serf.Sharing</c>: state in push/pulls and rumours. <c>Serf.Queries</c>: events and queries of others.
/// </summary>
internal sealed partial class Serf : ISwimLayer
{
    /// <summary>An intent about an unknown node is remembered so long.</summary>
    private static readonly TimeSpan RecentIntentTimeout = TimeSpan.FromMinutes(5);

    /// <summary>
    /// Who said goodbye and lives on for so long has come back, and its new join intent lost against an old goodbye. Saying goodbye takes 11 s at most,
    /// and who dies half-way through is held dead well before, so that its death still counts as leaving.
    /// </summary>
    private static readonly TimeSpan LeavingTimeout = TimeSpan.FromMinutes(2);

    /// <summary>Between sweeps of who is absent; ReapInterval of Serf.</summary>
    private static readonly TimeSpan ReapInterval = TimeSpan.FromSeconds(15);

    /// <summary>Between attempts at a failed member, on average.</summary>
    private static readonly TimeSpan ReconnectInterval = TimeSpan.FromSeconds(30);

    /// <summary>A pruned member that is just leaving may take so long to say so everywhere.</summary>
    private static readonly TimeSpan PruneDelay = TimeSpan.FromSeconds(6);

    private readonly CoreContext _core;
    private readonly Roster _members = new();
    private readonly SortedDictionary<string, RecentIntent> _intents = new(StringComparer.Ordinal);
    private readonly LamportClock _clock = new();
    private Swim _swim = null!;
    private bool _leaving;

    public Serf(CoreContext core)
    {
        _core = core;
        _coordinates = new CoordinateEngine(core.Prng);
        _intentRumours = new BroadcastQueue(core.MaxRumour);
        _queryRumours = new BroadcastQueue(core.MaxRumour);
        _eventRumours = new BroadcastQueue(core.MaxRumour);
        var saved = core.Options.SavedClocks;
        _clock.Witness(saved.Member);
        _eventClock.Witness(saved.Event);
        _queryClock.Witness(saved.Query);
        _eventMinTime = saved.Event == 0 ? 0 : saved.Event + 1;
        _queryMinTime = saved.Query == 0 ? 0 : saved.Query + 1;
    }

    public Roster Members => _members;

    public (ulong Member, ulong Event, ulong Query) Clocks => (_clock.Now, _eventClock.Now, _queryClock.Now);

    /// <summary>Whether no other member is held alive.</summary>
    public bool IsAlone => _members.AliveCount == (_members.TryGetValue(_core.Name, out var self) && self.Status == MemberStatus.Alive ? 1 : 0);

    /// <summary>Both layers need each other; this closes the circle.</summary>
    public void StandOn(Swim swim) => _swim = swim;

    public void OnJoin(SwimNode node, Instant now)
    {
        if (!_members.TryGetValue(node.Name, out var member))
        {
            member = _members.Add(node);
            if (_intents.Remove(node.Name, out var intent))
            {
                member.StatusTime = intent.Time;
                if (intent.IsLeave) SetStatus(member, MemberStatus.Leaving, now);
            }
        }
        else
        {
            SetStatus(member, MemberStatus.Alive, now);
        }

        Take(member, node);
        _core.Emit(new MemberChanged(MembershipChange.Joined, member.ToMember()));
    }

    public void OnLeave(SwimNode node, Instant now)
    {
        if (!_members.TryGetValue(node.Name, out var member)) return;
        // Who dies with a goodbye has left; SWIM's own goodbye counts too, when the intent was lost.
        var left = member.Status == MemberStatus.Leaving || (member.Status == MemberStatus.Alive && node.State == SwimState.Left);
        if (!left && member.Status != MemberStatus.Alive) return;
        SetStatus(member, left ? MemberStatus.Left : MemberStatus.Failed, now);
        _coordinates.Forget(node.Name);
        _core.Emit(new MemberChanged(left ? MembershipChange.Left : MembershipChange.Failed, member.ToMember()));
    }

    public void OnUpdate(SwimNode node, Instant now)
    {
        if (!_members.TryGetValue(node.Name, out var member)) return;
        Take(member, node);
        _core.Emit(new MemberChanged(MembershipChange.Updated, member.ToMember()));
    }

    public void OnIncarnation(SwimNode node)
    {
        if (!_members.TryGetValue(node.Name, out var member)) return;
        _core.Emit(new MemberChanged(null, member.ToMember()));
    }

    /// <summary>After a join by command: says so, so that an old goodbye of this node is overruled.</summary>
    public void AnnounceJoin(Instant now)
    {
        var intent = new JoinIntent(_clock.Now, _core.Name);
        OnJoinIntent(intent, now);
        Queue(_intentRumours, SerfCodec.Encode(intent).Span, now);
    }

    /// <summary>Says goodbye for this node.</summary>
    public Rumour AnnounceLeave(Instant now)
    {
        _leaving = true;
        return Announce(new LeaveIntent(Stamp(_clock), _core.Name, Prune: false), now);
    }

    /// <summary>Says goodbye for a failed member; false when it is unknown, or this node, which says its own.</summary>
    public bool ForceLeave(string name, bool prune, Instant now)
    {
        if (name == _core.Name || !_members.TryGetValue(name, out _)) return false;
        Announce(new LeaveIntent(Stamp(_clock), name, prune), now);
        return true;
    }

    private Rumour Announce(LeaveIntent intent, Instant now)
    {
        OnLeaveIntent(intent, now);
        return Queue(_intentRumours, SerfCodec.Encode(intent).Span, now);
    }

    /// <returns>Whether it is news, to be gossiped on.</returns>
    private bool OnJoinIntent(JoinIntent intent, Instant now)
    {
        Witness(_clock, intent.LTime);
        if (!_members.TryGetValue(intent.Node, out var member)) return Remember(intent.Node, isLeave: false, intent.LTime, now);
        if (intent.LTime <= member.StatusTime) return false;
        member.StatusTime = intent.LTime;
        if (member.Status == MemberStatus.Leaving) Restate(member, MemberStatus.Alive, now);
        return true;
    }

    /// <returns>Whether it is news, to be gossiped on.</returns>
    private bool OnLeaveIntent(LeaveIntent intent, Instant now)
    {
        Witness(_clock, intent.LTime);
        if (!_members.TryGetValue(intent.Node, out var member)) return Remember(intent.Node, isLeave: true, intent.LTime, now);
        if (intent.LTime <= member.StatusTime) return false;
        if (intent.Node == _core.Name && !_leaving)
        {
            // Somebody wants us gone, or an old goodbye still goes round: we are here.
            AnnounceJoin(now);
            return false;
        }

        // The time counts even where the status stays: else two nodes tell each other the same goodbye for ever.
        member.StatusTime = intent.LTime;
        if (member.Status == MemberStatus.Alive) Restate(member, MemberStatus.Leaving, now);
        if (member.Status == MemberStatus.Failed)
        {
            SetStatus(member, MemberStatus.Left, now);
            _core.Emit(new MemberChanged(MembershipChange.Left, member.ToMember()));
        }

        if (intent.Prune && member.Status == MemberStatus.Left) Erase(member);
        else if (intent.Prune) _core.Timers.Set(new TimerKey(SwimTimer.Prune, intent.Node), now + PruneDelay);
        return true;
    }

    private bool Remember(string node, bool isLeave, ulong time, Instant now)
    {
        if (_intents.TryGetValue(node, out var known) && known.Time >= time) return false;
        // A group of this size has other troubles; a stranger without bound must not fill our memory.
        if (_intents.Count >= MaxRemembered && !_intents.ContainsKey(node)) return false;
        _intents[node] = new RecentIntent(isLeave, time, now);
        _core.Wake(SwimTimer.Reap, now + ReapInterval);
        return true;
    }

    /// <summary>A member's status changes without an event that has a name.</summary>
    private void Restate(SerfMember member, MemberStatus status, Instant now)
    {
        SetStatus(member, status, now);
        _core.Emit(new MemberChanged(null, member.ToMember()));
    }

    private void SetStatus(SerfMember member, MemberStatus status, Instant now)
    {
        _members.Set(member, status, now);
        if (status != MemberStatus.Alive) _core.Wake(SwimTimer.Reap, now + ReapInterval);
        // Anywhere in the interval at first: those who saw it fail together must not come back to it together.
        if (status == MemberStatus.Failed) _core.Wake(SwimTimer.Reconnect, now + _core.Prng.NextDuration(ReconnectInterval));
    }

    private void OnReap(Instant now)
    {
        for (var i = _members.Absent.Count - 1; i >= 0; i--)
        {
            var member = _members.Absent[i];
            if (member.Name == _core.Name) continue;
            var absentFor = now - member.Since;
            if (member.Status == MemberStatus.Leaving && absentFor > LeavingTimeout) StayAfterAll(member, now);
            else if (member.Status == MemberStatus.Failed && absentFor > _core.Options.ReconnectTimeout) Erase(member);
            else if (member.Status == MemberStatus.Left && absentFor > _core.Options.TombstoneTimeout) Erase(member);
        }

        foreach (var (node, intent) in _intents.ToArray())
        {
            if (now - intent.Heard > RecentIntentTimeout) _intents.Remove(node);
        }

        if (_members.Absent.Count > 0 || _intents.Count > 0) _core.Wake(SwimTimer.Reap, now + ReapInterval);
    }

    private void StayAfterAll(SerfMember member, Instant now)
    {
        if (_swim.Members.Find(member.Name) is { State: SwimState.Alive }) Restate(member, MemberStatus.Alive, now);
    }

    /// <summary>One failed member at random is tried again, the likelier the more have failed: for as long as they are remembered.</summary>
    private void OnReconnect(Instant now)
    {
        if (_members.FailedCount == 0 || _leaving) return;
        // Jitter keeps a group that was cut in two from trying all at once when it heals.
        _core.Wake(SwimTimer.Reconnect, now + ReconnectInterval * (0.75 + 0.5 * _core.Prng.NextDouble()));
        if (!_core.Prng.Chance((double)_members.FailedCount / Math.Max(1, _members.AliveCount))) return;
        var chosen = _members.Absent.Where(member => member.Status == MemberStatus.Failed).ElementAt(_core.Prng.Next(_members.FailedCount));
        _core.Emit(new StartPushPull(chosen.Node.Address, chosen.Name, Join: true));
    }

    private void Erase(SerfMember member)
    {
        _members.Remove(member);
        _coordinates.Forget(member.Name);
        _core.Timers.Cancel(new TimerKey(SwimTimer.Prune, member.Name));
        _core.Emit(new MemberChanged(MembershipChange.Reaped, member.ToMember()));
    }

    private void Take(SerfMember member, SwimNode node)
    {
        member.Node = node;
        if (TagsCodec.TryDecode(node.Meta.Span, out _, out _)) member.Meta = node.Meta;
        else _core.Notice(Notice.Dropped, node.Name, "its tags cannot be read; the ones before stay");
    }
}
