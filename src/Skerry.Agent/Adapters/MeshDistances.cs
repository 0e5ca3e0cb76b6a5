using Skerry.Gossip;
using Skerry.Proxy;
using Skerry.Tunnel;

namespace Skerry.Agent.Adapters;

/// <summary>How far nodes are: by the coordinates that gossip keeps in the group, by the tunnel's round trips beyond it.</summary>
/// <param name="gossip">Membership.</param>
/// <param name="tunnel">The tunnel; null: this node runs none.</param>
internal sealed class MeshDistances(GossipNode gossip, Func<TunnelNode?> tunnel) : INodeDistances
{
    public TimeSpan? RoundTripTo(string node) => gossip.CoordinateOf(gossip.Name) is { } here && gossip.CoordinateOf(node) is { } there
        ? here.RoundTripTo(there)
        : tunnel()?.RoundTripTo(node);
}
