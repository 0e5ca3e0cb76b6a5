namespace Skerry.Gateway.Plugins.Upstream;

/// <summary>An instance with its share of traffic in one upstream.</summary>
/// <param name="host">Its address.</param>
/// <param name="port">Its port.</param>
/// <param name="target">The instance.</param>
/// <param name="weight">Its share; 0 gets traffic only when nobody has more.</param>
/// <param name="isFar">Whether it is of another group, behind an address that <see cref="IFarInstances"/> gave.</param>
internal sealed class WeightedTarget(string host, int port, Target target, int weight, bool isFar)
{
    public string Host => host;

    public int Port => port;

    public Target Target => target;

    public int Weight => weight;

    public bool IsFar => isFar;

    /// <summary>What smooth weighted round robin has saved up for it; guarded by the balancer.</summary>
    public long Credit { get; set; }
}
