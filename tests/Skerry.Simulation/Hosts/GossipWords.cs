using System.Globalization;

using Skerry.Gossip.Core.Messages;
using Skerry.Gossip.Wire;

namespace Skerry.Simulation;

/// <summary>Gossip messages in a few words, for traces.</summary>
internal static class GossipWords
{
    /// <summary>One message.</summary>
    public static string Of(GossipMessage message) => message switch
    {
        Ping ping => $"ping {ping.Sequence} {ping.Node}",
        IndirectPing ping => $"indirect ping {ping.Sequence} {ping.Node}",
        Ack ack => $"ack {ack.Sequence}",
        Nack nack => $"nack {nack.Sequence}",
        Alive alive => $"alive {alive.Node} {alive.Incarnation}",
        Suspect suspect => $"suspect {suspect.Node} {suspect.Incarnation} by {suspect.From}",
        Dead dead => $"dead {dead.Node} {dead.Incarnation} by {dead.From}",
        PushPull push => $"{(push.Join ? "join" : "push/pull")} [{string.Join(' ', push.Nodes.Take(16).Select(Of))}{(push.Nodes.Length > 16 ? " ..." : "")}]",
        UserMessage user when SerfCodec.TryDecode(user.Payload.Span, out var serf, out _) => Of(serf),
        _ => message.Type.ToString(),
    };

    private static string Of(PushNodeState node) =>
        string.Create(CultureInfo.InvariantCulture, $"{node.Name}:{node.State.ToString().ToLowerInvariant()}:{node.Incarnation}");

    private static string Of(SerfMessage message) => message switch
    {
        JoinIntent join => $"join intent {join.Node} at {join.LTime}",
        LeaveIntent leave => $"leave intent {leave.Node} at {leave.LTime}",
        _ => message.Type.ToString(),
    };
}
