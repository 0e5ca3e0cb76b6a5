using System.Diagnostics.Metrics;

using Microsoft.Extensions.Logging;

using Skerry.Agent.Adapters;
using Skerry.Agent.Configuration;
using Skerry.Catalog;
using Skerry.Gossip;
using Skerry.Replication;

namespace Skerry.Agent.Composition;

/// <summary>Makes the catalog on top of membership; gossip must have started, for its address.</summary>
internal static class CatalogPart
{
    public static ServiceCatalog Compose(
        AgentConfiguration configuration, string id, DataDirectory data, GossipNode gossip, IReplicationTransport wide, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters)
    {
        var options = new CatalogOptions
        {
            NodeName = gossip.Name,
            NodeId = id,
            Group = configuration.Node.Group,
            Address = gossip.LocalAddress.Address.ToString(),
            NodeMeta = configuration.Node.Meta,
            DataDirectory = data.Path,
            EnableScriptChecks = configuration.Catalog.EnableScriptChecks,
            MinimumCheckInterval = configuration.Catalog.MinimumCheckInterval,
            CheckUpdateInterval = configuration.Catalog.CheckUpdateInterval,
            GroupUnreachableAfter = configuration.Catalog.GroupUnreachableAfter,
        };
        return new ServiceCatalog(options, new GossipReplicationTransport(gossip, configuration.Node.Group), time, loggers, meters, wide);
    }
}
