using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;
using Skerry.Primitives;

namespace Skerry.Gossip.Core;

/// <summary>The failure detector: one member at a time is pinged, directly, then through others and over TCP (SWIM section 3.1, Lifeguard section IV-A).</summary>
internal sealed partial class Swim
{
    /// <summary>Pings forwarded for others at one time; more are dropped, so that nobody can make this node remember without bound.</summary>
    private const int MaxForwarded = 1024;

    private readonly Awareness _awareness;
    private readonly Dictionary<uint, ForwardedPing> _forwarded = [];
    private readonly List<SwimNode> _chosen = [];
    private Probe? _probe;
    private uint _sequence;

    /// <summary>A TCP ping was answered.</summary>
    public void StreamPingAnswered(uint sequence)
    {
        if (_probe is { } probe && probe.Sequence == sequence) probe.StreamAnswered = true;
    }

    /// <summary>Probes and exchanges begin at random places in their intervals, so that a group that comes up at once does not go in step.</summary>
    private void WakeProbing(Instant now)
    {
        _core.Wake(SwimTimer.Probe, now + _core.Prng.NextDuration(_core.Timing.ProbeInterval));
        _core.Wake(SwimTimer.PushPull, now + _core.Prng.NextDuration(_core.Timing.PushPullInterval));
    }

    private void OnProbeTick(Instant now)
    {
        _members.Age(now - _core.Timing.GossipToTheDeadTime, now - _keepGone);
        _core.Timers.Set(new TimerKey(SwimTimer.Probe), now + _core.Timing.ProbeInterval);
        // A probe stretched by our own bad health is still under way: this tick passes.
        if (_probe is not null) return;
        if (_members.NextToProbe() is not { } target)
        {
            // Alone: whoever comes wakes it again.
            if (_members.All.Count == 1) _core.Timers.Cancel(new TimerKey(SwimTimer.Probe));
            return;
        }

        _probe = new Probe(target, ++_sequence, now);
        var ping = GossipCodec.Encode(PingOf(_probe.Sequence, target.Name));
        if (target.State == SwimState.Alive)
        {
            SendTo(target, ping);
        }
        else
        {
            // It may not know that it is suspected: tell it, so that it can refute.
            var suspect = GossipCodec.Encode(new Suspect(target.Incarnation, target.Name, _core.Name));
            _core.Emit(new SendPacket(target.Address, [ping, suspect], target.UnderstandsChecksum));
        }

        _core.Timers.Set(new TimerKey(SwimTimer.ProbeTimeout), now + _core.Timing.ProbeTimeout);
        _core.Timers.Set(new TimerKey(SwimTimer.ProbeEnd), now + _awareness.Scale(_core.Timing.ProbeInterval));
    }

    private void OnProbeTimeout(Instant now)
    {
        if (_probe is not { } probe) return;
        probe.AskedOthers = true;
        var target = probe.Target;
        _members.Choose(_core.Timing.IndirectChecks, node => node.State == SwimState.Alive && node != target, _chosen);
        foreach (var helper in _chosen)
        {
            if (helper.UnderstandsNack) probe.NacksExpected++;
            var request = new IndirectPing(probe.Sequence, target.Address, target.Name, helper.UnderstandsNack, _self.Address, _core.Name);
            SendTo(helper, GossipCodec.Encode(request));
        }

        if (target.AnswersStreamPing)
        {
            var end = probe.Started + _awareness.Scale(_core.Timing.ProbeInterval);
            _core.Emit(new StartStreamPing(probe.Sequence, target.Address, target.Name, end - now));
        }
    }

    private void OnProbeEnd(Instant now)
    {
        if (_probe is not { } probe) return;
        _probe = null;
        if (probe.StreamAnswered)
        {
            _awareness.Apply(-1);
            _core.Notice(Notice.OnlyStreamPing, probe.Target.Name);
            return;
        }

        // Who went meanwhile need not answer, and its silence says nothing about us.
        if (probe.Target.IsGone) return;
        _awareness.Apply(probe.NacksExpected > 0 ? Math.Max(0, probe.NacksExpected - probe.NacksReceived) : 1);
        _core.Notice(Notice.ProbeFailed, probe.Target.Name);
        OnSuspect(new Suspect(probe.Target.Incarnation, probe.Target.Name, _core.Name), now);
    }

    private Ping PingOf(uint sequence, string node) =>
        _core.Options.SendsFromAddress ? new Ping(sequence, node, default, "") : new Ping(sequence, node, _self.Address, _core.Name);

    private void OnPing(Ping ping, NodeAddress from)
    {
        if (ping.Node.Length > 0 && ping.Node != _core.Name) return;
        var to = ping.Source is { HasIP: true, Port: not 0 } ? ping.Source : from;
        Send(to, GossipCodec.Encode(new Ack(ping.Sequence, _layer.AckPayload())));
    }

    private void OnIndirectPing(IndirectPing request, NodeAddress from, Instant now)
    {
        if (_forwarded.Count >= MaxForwarded || !request.Target.HasIP) return;
        var requester = request.Source is { HasIP: true, Port: not 0 } ? request.Source : from;
        var target = request.Target.Port == 0 ? request.Target.WithPort(_core.Options.Address.Port) : request.Target;
        var sequence = ++_sequence;
        _forwarded[sequence] = new ForwardedPing(requester, request.Sequence, request.Nack);
        _core.Timers.Set(new TimerKey(SwimTimer.Forward, "", sequence), now + _core.Timing.ProbeTimeout);
        Send(target, GossipCodec.Encode(PingOf(sequence, request.Node)));
    }

    private void OnForwardDeadline(uint sequence)
    {
        if (_forwarded.Remove(sequence, out var forwarded) && forwarded.Nack) Send(forwarded.Requester, GossipCodec.Encode(new Nack(forwarded.Sequence)));
    }

    private void OnAck(Ack ack, Instant now)
    {
        if (_probe is { } probe && probe.Sequence == ack.Sequence)
        {
            _probe = null;
            _core.Timers.Cancel(new TimerKey(SwimTimer.ProbeTimeout));
            _core.Timers.Cancel(new TimerKey(SwimTimer.ProbeEnd));
            _awareness.Apply(-1);
            if (!probe.AskedOthers) _layer.OnAck(probe.Target, now - probe.Started, ack.Payload);
        }
        else if (_forwarded.Remove(ack.Sequence, out var forwarded))
        {
            _core.Timers.Cancel(new TimerKey(SwimTimer.Forward, "", ack.Sequence));
            Send(forwarded.Requester, GossipCodec.Encode(new Ack(forwarded.Sequence, ByteString.Empty)));
        }
    }

    private void OnNack(Nack nack)
    {
        if (_probe is { } probe && probe.Sequence == nack.Sequence && probe.NacksReceived < probe.NacksExpected) probe.NacksReceived++;
    }
}
