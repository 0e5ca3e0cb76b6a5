using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;
using Skerry.Primitives;

namespace Skerry.Gossip.Core;

/// <summary>How messages and rumours become packets (section 9 of the wire reference).</summary>
internal sealed partial class Swim
{
    private readonly List<ReadOnlyMemory<byte>> _parts = [];

    public void Receive(GossipMessage message, NodeAddress from, Instant now)
    {
        switch (message)
        {
            case Ping ping: OnPing(ping, from); break;
            case IndirectPing request: OnIndirectPing(request, from, now); break;
            case Ack ack: OnAck(ack, now); break;
            case Nack nack: OnNack(nack); break;
            case Alive alive: OnAlive(alive, now); break;
            case Suspect suspect: OnSuspect(suspect, now, from); break;
            case Dead dead: OnDead(dead, now, from); break;
            case UserMessage user: _layer.OnUserMessage(user.Payload, from, now); break;
            default: _core.Notice(Notice.Dropped, "", $"a {message.Type} does not come by packet"); break;
        }

        WakeGossip(now);
    }

    /// <summary>A deadline has come; false when it is not one of SWIM's.</summary>
    public bool OnTimer(TimerKey key, Instant now)
    {
        switch (key.Timer)
        {
            case SwimTimer.Probe: OnProbeTick(now); break;
            case SwimTimer.ProbeTimeout: OnProbeTimeout(now); break;
            case SwimTimer.ProbeEnd: OnProbeEnd(now); break;
            case SwimTimer.Suspicion: OnSuspicionDeadline(key.Node, now); break;
            case SwimTimer.Forward: OnForwardDeadline(key.Sequence); break;
            case SwimTimer.Gossip: OnGossipTick(now); break;
            case SwimTimer.PushPull: OnPushPullTick(now); break;
            default: return false;
        }

        WakeGossip(now);
        return true;
    }

    /// <summary>See <see cref="GossipCore.Settle"/>.</summary>
    public void Settle()
    {
        _rumours.Clear();
        _members.TrimExcess();
    }

    /// <summary>Rounds of gossip run only while there is something to tell.</summary>
    public void WakeGossip(Instant now)
    {
        var key = new TimerKey(SwimTimer.Gossip);
        if ((_rumours.Count > 0 || _layer.HasRumours) && _members.HasCompany && !_core.Timers.Contains(key)) _core.Timers.Set(key, now + _core.Timing.GossipInterval);
    }

    /// <summary>Sends one message to a member, rumours filling the packet.</summary>
    public void SendTo(SwimNode node, byte[] message) => Send(node.Address, message);

    /// <summary>Sends one message to an address, rumours filling the packet.</summary>
    public void Send(NodeAddress to, byte[] message)
    {
        _parts.Clear();
        _parts.Add(message);
        Fill(_core.PacketRoom - message.Length - PacketEncoder.PartOverhead);
        _core.Emit(new SendPacket(to, [.. _parts], Checksum: false));
    }

    private void OnGossipTick(Instant now)
    {
        _members.Age(now - _core.Timing.GossipToTheDeadTime, now - _keepGone);
        _members.ChooseAudience(_core.Timing.GossipNodes, _chosen);
        foreach (var node in _chosen)
        {
            _parts.Clear();
            Fill(_core.PacketRoom);
            if (_parts.Count == 0) return;
            _core.Emit(new SendPacket(node.Address, [.. _parts], node.UnderstandsChecksum));
        }
    }

    private void OnPushPullTick(Instant now)
    {
        if (_members.All.Count == 1) return;
        _core.Timers.Set(new TimerKey(SwimTimer.PushPull), now + GossipScaling.PushPullInterval(_core.Timing.PushPullInterval, _members.Size));
        _members.Choose(1, static node => node.State == SwimState.Alive, _chosen);
        foreach (var node in _chosen) _core.Emit(new StartPushPull(node.Address, node.Name, Join: false));
    }

    private void Fill(int limit)
    {
        if (_rumours.Count == 0 && !_layer.HasRumours) return;
        var transmits = GossipScaling.RetransmitLimit(_core.Timing.RetransmitMultiplier, _members.Size);
        var used = _rumours.Take(limit, PacketEncoder.PartOverhead, WireLimits.MaxPartsSent, transmits, _parts);
        _layer.TakeRumours(limit - used, transmits, _parts);
    }
}
