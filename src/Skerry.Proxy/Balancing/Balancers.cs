namespace Skerry.Proxy.Balancing;

/// <summary>A balancer for each policy.</summary>
internal static class Balancers
{
    public static IBalancer For(BalancingPolicy policy) => policy switch
    {
        BalancingPolicy.RoundRobin => new RoundRobinBalancer(),
        BalancingPolicy.LeastConnections => new LeastConnectionsBalancer(),
        BalancingPolicy.ClientAddress => new ClientAddressBalancer(),
        _ => new NearestBalancer(),
    };
}
