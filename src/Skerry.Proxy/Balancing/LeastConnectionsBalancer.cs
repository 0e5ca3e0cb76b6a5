using System.Net;

using Skerry.Proxy.Instances;

namespace Skerry.Proxy.Balancing;

/// <summary>The fewest connections for its weight; among equals each time another, so that an idle proxy does not send all to the first.</summary>
internal sealed class LeastConnectionsBalancer : IBalancer
{
    // Proxies that start together must not all begin with the same instance.
    private uint _turn = (uint)Random.Shared.Next();

    public Candidate Choose(IReadOnlyList<Candidate> instances, InstanceLoads loads, IPAddress? client)
    {
        var start = (int)(Interlocked.Increment(ref _turn) % (uint)instances.Count);
        var best = instances[start];
        long load = loads.Of(best.Key);
        for (var i = 1; i < instances.Count; i++)
        {
            var other = instances[(start + i) % instances.Count];
            long otherLoad = loads.Of(other.Key);
            // load / weight compared without dividing; one more connection counts, so that weights matter to idle instances too.
            if ((otherLoad + 1) * best.Weight >= (load + 1) * other.Weight) continue;
            (best, load) = (other, otherLoad);
        }

        return best;
    }
}
