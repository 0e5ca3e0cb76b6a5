namespace Skerry.Proxy;

/// <summary>Reaches instances that have no address here: those of other sites, through their nodes. The agent gives it.</summary>
public interface IFarDialer
{
    /// <summary>Opens a stream to an instance on a node, whose <see cref="ServiceDoor"/> dials the service. Returns once the service has taken it.</summary>
    /// <param name="node">Name of the node that the instance is registered on.</param>
    /// <param name="target">The instance.</param>
    /// <param name="cancel">Ends the attempt.</param>
    /// <exception cref="ProxyException">It was not reached, or would not.</exception>
    Task<ServiceStream> DialAsync(string node, ServiceTarget target, CancellationToken cancel);
}
