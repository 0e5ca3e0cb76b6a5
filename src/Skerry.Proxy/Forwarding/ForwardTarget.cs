using Skerry.Proxy.Balancing;
using Skerry.Proxy.Instances;

namespace Skerry.Proxy.Forwarding;

/// <summary>What a listener leads to.</summary>
/// <param name="Query">The service.</param>
/// <param name="Balancer">Chooses its instances.</param>
internal sealed record ForwardTarget(ServiceQuery Query, IBalancer Balancer)
{
    public static ForwardTarget Of(ForwardOptions options) => new(QueryOf(options), Balancers.For(options.Policy));

    public static ServiceQuery QueryOf(ForwardOptions options) => new(options.Service, options.Group, options.Network, InstanceOf(options));

    private static InstanceKey? InstanceOf(ForwardOptions options) => options.Instance.Split('/', 2) is [var node, var id] ? new InstanceKey(node, id) : null;
}
