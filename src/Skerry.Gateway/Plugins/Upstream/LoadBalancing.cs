namespace Skerry.Gateway.Plugins.Upstream;

/// <summary>How an instance is chosen among the healthy ones.</summary>
public enum LoadBalancing
{
    /// <summary>One after the other.</summary>
    RoundRobin,

    /// <summary>One after the other, as often as its weight says, evenly spread (smooth weighted round robin).</summary>
    WeightedRoundRobin,

    /// <summary>Of two at random, the one with fewer requests in flight (Mitzenmacher, 2001).</summary>
    LeastRequests,
}
