using Skerry.Gossip.Core.Messages;
using Skerry.Primitives;

namespace Skerry.Gossip.Core;

/// <summary>What stands on SWIM: hears of its nodes and adds its own bytes to its messages. Serf's rules implement it.</summary>
internal interface ISwimLayer
{
    /// <summary>A node is alive that was unknown, dead or gone.</summary>
    void OnJoin(SwimNode node, Instant now);

    /// <summary>A node is dead or has left.</summary>
    void OnLeave(SwimNode node, Instant now);

    /// <summary>A living node's meta or address changed.</summary>
    void OnUpdate(SwimNode node, Instant now);

    /// <summary>A living node said that it is alive, and nothing else about it changed.</summary>
    void OnIncarnation(SwimNode node);

    /// <summary>Another node claims the name of one that is not gone.</summary>
    void OnConflict(SwimNode existing, NodeAddress other, Instant now);

    /// <summary>A user message has arrived.</summary>
    void OnUserMessage(ByteString payload, NodeAddress from, Instant now);

    /// <summary>What an ack to a ping carries.</summary>
    ByteString AckPayload();

    /// <summary>A direct ack has arrived in time.</summary>
    void OnAck(SwimNode node, TimeSpan roundTrip, ByteString payload);

    /// <summary>Adds user rumours to a packet, in what room is left.</summary>
    void TakeRumours(int limit, int transmitLimit, List<ReadOnlyMemory<byte>> parts);

    /// <summary>Whether user rumours wait.</summary>
    bool HasRumours { get; }
}
