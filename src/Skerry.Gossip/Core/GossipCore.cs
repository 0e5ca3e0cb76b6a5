using System.Collections.Immutable;

using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;
using Skerry.Primitives;

namespace Skerry.Gossip.Core;

/// <summary>
/// Membership as a core without I/O: SWIM with Lifeguard below, Serf's rules above.
/// <para>What the caller owes it: one thread at a time; a <c>now</c> that never goes back; <see cref="Advance"/> when <see cref="NextDeadline"/> has come;
/// after every call, all outputs taken by <see cref="TryTake"/> and done in their order.</para>
/// </summary>
internal sealed class GossipCore
{
    /// <summary>Waiting for a goodbye to be gossiped ends after this (Serf's BroadcastTimeout).</summary>
    private static readonly TimeSpan LeaveStepTimeout = TimeSpan.FromSeconds(5);

    /// <summary>A goodbye is given this long to spread once it was sent (Serf's LeavePropagateDelay).</summary>
    private static readonly TimeSpan LeavePropagateDelay = TimeSpan.FromSeconds(1);

    private readonly CoreContext _core;
    private readonly Serf _serf;
    private readonly Swim _swim;
    private readonly TimeSpan _lateness;
    private LeaveStep _leaveStep;
    private Rumour? _goodbye;
    private TimeSpan _lost;

    public GossipCore(GossipCoreOptions options, Prng prng)
    {
        _core = new CoreContext(options, prng);
        _serf = new Serf(_core);
        Invariant.That(TagsCodec.TryEncode(options.Tags, out var meta)); // the driver has checked their size
        _swim = new Swim(_core, _serf, meta);
        _lateness = options.Timing.ProbeTimeout / 5;
    }

    /// <summary>Name of this node.</summary>
    public string Name => _core.Name;

    /// <summary>When <see cref="Advance"/> is due; <see cref="Instant.Never"/> when nothing is.</summary>
    public Instant NextDeadline => _core.Timers.Next is var next && next == Instant.Never ? next : next + _lost;

    /// <summary>Lifeguard's local health: 0 is well.</summary>
    public int HealthScore => _swim.HealthScore;

    /// <summary>This node's place in the latency space.</summary>
    public Coordinate Coordinate => _serf.Coordinates.Own;

    /// <summary>The Lamport clocks, for the snapshot.</summary>
    public (ulong Member, ulong Event, ulong Query) Clocks => _serf.Clocks;

    /// <summary>Members known, in whatever status.</summary>
    public Roster Members => _serf.Members;

    /// <summary>Every node as SWIM holds it, this one among them.</summary>
    public IReadOnlyList<SwimNode> Nodes => _swim.Members.All;

    /// <summary>Incarnation of this node.</summary>
    public uint Incarnation => _swim.Self.Incarnation;

    /// <summary>A member's last known place; this node's own among them.</summary>
    public Coordinate? CoordinateOf(string member) => member == _core.Name ? Coordinate : _serf.Coordinates.Of(member);

    /// <summary>The node comes up.</summary>
    public void Start(Instant now)
    {
        _serf.StandOn(_swim);
        _swim.Start(now);
    }

    /// <summary>A message of a packet has arrived.</summary>
    public void Receive(GossipMessage message, NodeAddress from, Instant now) => _swim.Receive(message, from, Local(now));

    /// <summary>Deadlines that have come.</summary>
    public void Advance(Instant now)
    {
        var local = Local(now);
        while (_core.Timers.TryTake(local, out var key))
        {
            if (key.Timer == SwimTimer.Leave) OnLeaveTimer(local);
            else if (!_swim.OnTimer(key, local)) _serf.OnTimer(key, local);
        }

        OnLeaveProgress(local);
    }

    /// <summary>The next thing to do; false when there is none left.</summary>
    public bool TryTake(out GossipOutput output) => _core.Outputs.TryDequeue(out output!);

    /// <summary>The whole state, to send in a push/pull.</summary>
    public PushPull LocalState(bool join) => new(join, _swim.Members.ToPush(), _serf.EncodeState());

    /// <summary>Takes in the state of another node; false when it was refused whole.</summary>
    public bool Merge(PushPull remote, Instant now)
    {
        var local = Local(now);
        if (!_swim.Merge(remote.Nodes, local)) return false;
        _serf.Merge(remote.UserState, local);
        _swim.WakeGossip(local);
        return true;
    }

    /// <summary>
    /// Drops every rumour that waits, as if it had been told, and gives back spare room: for a group that is set up whole, knowing each other from
    /// the start, thousands in one process.
    /// </summary>
    public void Settle()
    {
        _swim.Settle();
        _serf.Settle();
    }

    /// <summary>A <see cref="StartStreamPing"/> was answered.</summary>
    public void StreamPingAnswered(uint sequence) => _swim.StreamPingAnswered(sequence);

    /// <summary>At least one push/pull of a join by command has succeeded.</summary>
    public void Joined(Instant now) => _serf.AnnounceJoin(Local(now));

    /// <summary>Says something new of this node; false when the tags take more than 512 bytes.</summary>
    public bool SetTags(ImmutableSortedDictionary<string, string> tags, Instant now)
    {
        if (!TagsCodec.TryEncode(tags, out var meta)) return false;
        var local = Local(now);
        _swim.UpdateMeta(meta, local);
        _swim.WakeGossip(local);
        return true;
    }

    /// <summary>Starts to say goodbye; <see cref="LeaveFinished"/> comes when it was said.</summary>
    public void Leave(Instant now)
    {
        if (_leaveStep != LeaveStep.None) return;
        var local = Local(now);
        _leaveStep = LeaveStep.Intent;
        _goodbye = _serf.AnnounceLeave(local);
        _core.Timers.Set(new TimerKey(SwimTimer.Leave), local + LeaveStepTimeout);
        OnLeaveProgress(local);
    }

    /// <summary>Says goodbye for a failed member; false when it is unknown.</summary>
    public bool ForceLeave(string member, bool prune, Instant now) => _serf.ForceLeave(member, prune, Local(now));

    /// <summary>Tells every member of an event; here it comes out as <see cref="DeliverEvent"/>, too.</summary>
    public void FireEvent(string name, ByteString payload, Instant now) => _serf.FireEvent(name, payload, Local(now));

    /// <summary>The outcome of a <see cref="KeyOperation"/>.</summary>
    public void AnswerKeyOperation(Query query, KeyResponse response) => _serf.AnswerKeys(query, response);

    /// <summary>A step of leaving is over when its message was sent as often as it should be, or nobody is there to send it to.</summary>
    private void OnLeaveProgress(Instant now)
    {
        if (_leaveStep is not (LeaveStep.Intent or LeaveStep.Dead)) return;
        var alone = _serf.IsAlone;
        if (_leaveStep == LeaveStep.Intent && (alone || !_goodbye!.IsQueued)) BeginDead(now);
        if (_leaveStep == LeaveStep.Dead && (alone || !_goodbye!.IsQueued)) BeginPropagate(now, alone);
    }

    private void OnLeaveTimer(Instant now)
    {
        if (_leaveStep == LeaveStep.Intent) BeginDead(now);
        else if (_leaveStep == LeaveStep.Dead) BeginPropagate(now, alone: true);
        else if (_leaveStep == LeaveStep.Propagate) Finish();
    }

    private void BeginDead(Instant now)
    {
        _leaveStep = LeaveStep.Dead;
        _goodbye = _swim.Leave(now);
        _swim.WakeGossip(now);
        _core.Timers.Set(new TimerKey(SwimTimer.Leave), now + LeaveStepTimeout);
    }

    private void BeginPropagate(Instant now, bool alone)
    {
        _leaveStep = LeaveStep.Propagate;
        if (alone) Finish();
        else _core.Timers.Set(new TimerKey(SwimTimer.Leave), now + LeavePropagateDelay);
    }

    private void Finish()
    {
        _leaveStep = LeaveStep.Finished;
        _core.Timers.Cancel(new TimerKey(SwimTimer.Leave));
        _core.Emit(new LeaveFinished());
    }

    /// <summary>
    /// The time the protocol lives in: when this node's own loop came late (paused, starved, asleep), the delay is its own fault, and every deadline
    /// that others have to meet moves back by it.
    /// </summary>
    private Instant Local(Instant now)
    {
        var local = now - _lost;
        var late = local - Instant.Min(_core.Timers.Next, local);
        if (late <= _lateness) return local;
        _lost += late - _lateness;
        _core.Notice(Notice.LoopLate, _core.Name, $"{late.TotalMilliseconds:0} ms");
        return now - _lost;
    }
}
