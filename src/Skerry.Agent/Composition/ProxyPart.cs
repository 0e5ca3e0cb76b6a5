using System.Diagnostics.Metrics;

using Microsoft.Extensions.Logging;

using Skerry.Agent.Configuration;
using Skerry.Catalog;
using Skerry.Gossip;
using Skerry.Proxy;

namespace Skerry.Agent.Composition;

/// <summary>Makes the proxy on top of the catalog.</summary>
internal static class ProxyPart
{
    /// <summary>Without a <paramref name="far"/>, instances of other sites are not reached.</summary>
    public static ProxyServer Compose(
        AgentConfiguration configuration, DataDirectory data, GossipNode gossip, ServiceCatalog catalog, IFarDialer? far, INodeDistances distances, TimeProvider time,
        ILoggerFactory loggers, IMeterFactory meters) =>
        new(new ProxyIdentity(gossip.Name, configuration.Node.Group) { DataDirectory = data.Path }, catalog, far, distances, time, loggers, meters);
}
