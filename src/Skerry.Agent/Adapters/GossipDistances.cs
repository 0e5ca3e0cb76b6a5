using Skerry.Gossip;
using Skerry.Proxy;

namespace Skerry.Agent.Adapters;

/// <summary>How far nodes are, by the coordinates that gossip keeps.</summary>
/// <param name="gossip">Membership.</param>
internal sealed class GossipDistances(GossipNode gossip) : INodeDistances
{
    public TimeSpan? RoundTripTo(string node) =>
        gossip.CoordinateOf(gossip.Name) is { } here && gossip.CoordinateOf(node) is { } there ? here.RoundTripTo(there) : null;
}
