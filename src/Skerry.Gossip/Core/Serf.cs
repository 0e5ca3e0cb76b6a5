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

    private static readonly TimeSpan ReapInterval = TimeSpan.FromSeconds(15);
    private static readonly TimeSpan ReconnectInterval = TimeSpan.FromSeconds(30);

    /// <summary>A pruned member that is just leaving may take so long to say so everywhere.</summary>
    private static readonly TimeSpan PruneDelay = TimeSpan.FromSeconds(6);

    private readonly CoreContext _core;
    private readonly SortedDictionary<string, SerfMember> _members = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, RecentIntent> _intents = new(StringComparer.Ordinal);
    private readonly LamportClock _clock = new();
    private Swim _swim = null!;
    private bool _leaving;

    public Serf(CoreContext core)
    {
        _core = core;
        _coordinates = new CoordinateEngine(core.Prng);
        var saved = core.Options.SavedClocks;
        _clock.Witness(saved.Member);
        _eventClock.Witness(saved.Event);
        _queryClock.Witness(saved.Query);
        _eventMinTime = saved.Event == 0 ? 0 : saved.Event + 1;
        _queryMinTime = saved.Query == 0 ? 0 : saved.Query + 1;
    }

    public IReadOnlyDictionary<string, SerfMember> Members => _members;

    public (ulong Member, ulong Event, ulong Query) Clocks => (_clock.Now, _eventClock.Now, _queryClock.Now);

    /// <summary>Both layers need each other; this closes the circle.</summary>
    public void StandOn(Swim swim, Instant now)
    {
        _swim = swim;
        _core.Timers.Set(new TimerKey(SwimTimer.Reap), now + ReapInterval);
        _core.Timers.Set(new TimerKey(SwimTimer.Reconnect), now + ReconnectInterval);
    }

    public void OnJoin(SwimNode node, Instant now)
    {
        if (!_members.TryGetValue(node.Name, out var member))
        {
            member = new SerfMember(node.Name) { Status = MemberStatus.Alive };
            _members.Add(node.Name, member);
            if (_intents.Remove(node.Name, out var intent))
            {
                member.StatusTime = intent.Time;
                if (intent.IsLeave) (member.Status, member.GoneSince) = (MemberStatus.Leaving, now);
            }
        }
        else
        {
            member.Status = MemberStatus.Alive;
        }

        Take(member, node);
        _core.Emit(new MemberChanged(MembershipChange.Joined, member.ToMember()));
    }

    public void OnLeave(SwimNode node, Instant now)
    {
        if (!_members.TryGetValue(node.Name, out var member)) return;
        member.Incarnation = node.Incarnation;
        // Who dies with a goodbye has left; SWIM's own goodbye counts too, when the intent was lost.
        var left = member.Status == MemberStatus.Leaving || (member.Status == MemberStatus.Alive && node.State == SwimState.Left);
        if (!left && member.Status != MemberStatus.Alive) return;
        member.Status = left ? MemberStatus.Left : MemberStatus.Failed;
        member.GoneSince = now;
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
        member.Incarnation = node.Incarnation;
        _core.Emit(new MemberChanged(null, member.ToMember()));
    }

    /// <summary>After a join by command: says so, so that an old goodbye of this node is overruled.</summary>
    public void AnnounceJoin(Instant now)
    {
        var intent = new JoinIntent(_clock.Now, _core.Name);
        _clock.Witness(intent.LTime);
        OnJoinIntent(intent);
        Queue(_intentRumours, SerfCodec.Encode(intent).Span, now);
    }

    /// <summary>Says goodbye for this node.</summary>
    public Rumour AnnounceLeave(Instant now)
    {
        _leaving = true;
        var intent = new LeaveIntent(_clock.Tick(), _core.Name, Prune: false);
        OnLeaveIntent(intent, now);
        return Queue(_intentRumours, SerfCodec.Encode(intent).Span, now);
    }

    public bool IsQueued(Rumour rumour) => _intentRumours.Contains(rumour);

    /// <summary>Says goodbye for a failed member; false when it is unknown.</summary>
    public bool ForceLeave(string name, bool prune, Instant now)
    {
        if (!_members.ContainsKey(name)) return false;
        var intent = new LeaveIntent(_clock.Tick(), name, prune);
        OnLeaveIntent(intent, now);
        Queue(_intentRumours, SerfCodec.Encode(intent).Span, now);
        return true;
    }

    /// <returns>Whether it is news, to be gossiped on.</returns>
    private bool OnJoinIntent(JoinIntent intent)
    {
        Witness(_clock, intent.LTime);
        if (!_members.TryGetValue(intent.Node, out var member)) return Remember(intent.Node, isLeave: false, intent.LTime);
        if (intent.LTime <= member.StatusTime) return false;
        member.StatusTime = intent.LTime;
        if (member.Status == MemberStatus.Leaving)
        {
            member.Status = MemberStatus.Alive;
            _core.Emit(new MemberChanged(null, member.ToMember()));
        }

        return true;
    }

    /// <returns>Whether it is news, to be gossiped on.</returns>
    private bool OnLeaveIntent(LeaveIntent intent, Instant now)
    {
        Witness(_clock, intent.LTime);
        if (!_members.TryGetValue(intent.Node, out var member)) return Remember(intent.Node, isLeave: true, intent.LTime);
        if (intent.LTime <= member.StatusTime) return false;
        if (intent.Node == _core.Name && !_leaving)
        {
            // Somebody wants us gone, or an old goodbye still goes round: we are here.
            AnnounceJoin(now);
            return false;
        }

        // The time counts even where the status stays: else two nodes tell each other the same goodbye for ever.
        member.StatusTime = intent.LTime;
        switch (member.Status)
        {
            case MemberStatus.Alive:
                member.Status = MemberStatus.Leaving;
                member.GoneSince = now;
                _core.Emit(new MemberChanged(null, member.ToMember()));
                if (intent.Prune) _core.Timers.Set(new TimerKey(SwimTimer.Prune, intent.Node), now + PruneDelay);
                break;
            case MemberStatus.Failed:
                member.Status = MemberStatus.Left;
                member.GoneSince = now;
                _core.Emit(new MemberChanged(MembershipChange.Left, member.ToMember()));
                if (intent.Prune) Erase(member);
                break;
            case MemberStatus.Leaving when intent.Prune:
                _core.Timers.Set(new TimerKey(SwimTimer.Prune, intent.Node), now + PruneDelay);
                break;
            case MemberStatus.Left when intent.Prune:
                Erase(member);
                break;
        }

        return true;
    }

    private bool Remember(string node, bool isLeave, ulong time)
    {
        if (_intents.TryGetValue(node, out var known) && known.Time >= time) return false;
        // A group of this size has other troubles; a stranger without bound must not fill our memory.
        if (_intents.Count >= MaxRemembered && !_intents.ContainsKey(node)) return false;
        _intents[node] = new RecentIntent(isLeave, time, _now);
        return true;
    }

    private void OnReap(Instant now)
    {
        _core.Timers.Set(new TimerKey(SwimTimer.Reap), now + ReapInterval);
        foreach (var member in _members.Values.ToArray())
        {
            var limit = member.Status switch
            {
                MemberStatus.Failed => _core.Options.ReconnectTimeout,
                MemberStatus.Left => _core.Options.TombstoneTimeout,
                _ => TimeSpan.MaxValue,
            };
            if (member.Status == MemberStatus.Leaving && member.Name != _core.Name) StayAfterAll(member, now);
            if (member.Name != _core.Name && limit != TimeSpan.MaxValue && now - member.GoneSince > limit) Erase(member);
        }

        foreach (var (node, intent) in _intents.ToArray())
        {
            if (now - intent.Heard > RecentIntentTimeout) _intents.Remove(node);
        }
    }

    private void StayAfterAll(SerfMember member, Instant now)
    {
        if (now - member.GoneSince <= LeavingTimeout || _swim.Members.Find(member.Name) is not { State: SwimState.Alive }) return;
        member.Status = MemberStatus.Alive;
        _core.Emit(new MemberChanged(null, member.ToMember()));
    }

    /// <summary>One failed member at random is tried again, the likelier the more have failed: for as long as they are remembered.</summary>
    private void OnReconnect(Instant now)
    {
        // Jitter keeps a group that was cut in two from trying all at once when it heals.
        _core.Timers.Set(new TimerKey(SwimTimer.Reconnect), now + ReconnectInterval * (0.75 + 0.5 * _core.Prng.NextDouble()));
        var failed = _members.Values.Where(member => member.Status == MemberStatus.Failed).ToArray();
        if (failed.Length == 0 || _leaving) return;
        var alive = _members.Values.Count(member => member.Status == MemberStatus.Alive);
        if (!_core.Prng.Chance((double)failed.Length / Math.Max(1, alive))) return;
        var chosen = failed[_core.Prng.Next(failed.Length)];
        _core.Emit(new StartPushPull(chosen.Address, chosen.Name, Join: true));
    }

    private void Erase(SerfMember member)
    {
        _members.Remove(member.Name);
        _coordinates.Forget(member.Name);
        _core.Timers.Cancel(new TimerKey(SwimTimer.Prune, member.Name));
        _core.Emit(new MemberChanged(MembershipChange.Reaped, member.ToMember()));
    }

    private void Take(SerfMember member, SwimNode node)
    {
        member.Address = node.Address;
        member.Versions = node.Versions;
        member.Incarnation = node.Incarnation;
        if (TagsCodec.TryDecode(node.Meta.Span, out var tags, out _)) member.Tags = tags;
        else _core.Notice(Notice.Dropped, node.Name, "its tags cannot be read; the ones before stay");
    }

    private static ImmutableArray<string> Names(IEnumerable<SerfMember> members) => [.. members.Select(member => member.Name)];
}
