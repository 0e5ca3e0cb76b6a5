using System.Diagnostics.Metrics;
using System.Net;

using Microsoft.Extensions.Logging;

using Skerry.Agent.Adapters;
using Skerry.Agent.Configuration;
using Skerry.Catalog;
using Skerry.Gateway;
using Skerry.Gossip;
using Skerry.Manifest;
using Skerry.Raft;
using Skerry.Tunnel;

namespace Skerry.Agent.Composition;

/// <summary>Makes the node's part in the group's manifest, on top of membership and the tunnel, which carries its streams.</summary>
internal static class ManifestPart
{
    /// <summary>Whether etcd's clients are answered: where tokens are asked for they are not, unless it was said in so many words, since they have none.</summary>
    public static bool AnswersEtcd(AgentConfiguration model) => !model.Acl.Enabled || model.Acl.AllowEtcd;

    /// <summary>The part that keeps the gateway on what the group agrees on.</summary>
    /// <returns>Null: this node takes no part.</returns>
    public static GatewayFollower? Follower(
        AgentConfiguration model, DataDirectory data, GatewayServer gateway, ServiceCatalog catalog, string node, TimeProvider time, ILoggerFactory loggers)
    {
        if (model.Manifest.Role == ManifestRole.None || data.File("manifest") is not { } path) return null;
        var logger = loggers.CreateLogger("Skerry.Agent");
        // In the manifest's directory: who removes that, to join another group, removes this with it.
        return new GatewayFollower(gateway, catalog, new KeptGateway(Path.Combine(path, "gateway"), logger), node, time, logger);
    }

    /// <returns>Null: this node takes no part.</returns>
    /// <exception cref="Storage.StorageException">Its directory is damaged, or another's, or the disk refuses.</exception>
    public static async Task<ManifestGroup?> StartAsync(
        AgentConfiguration model, DataDirectory data, GossipNode gossip, GossipGroupDirectory directory, TunnelNode? tunnel, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters)
    {
        if (model.Manifest.Role == ManifestRole.None || data.File("manifest") is not { } path) return null;
        var options = new ManifestGroupOptions
        {
            Raft = new RaftOptions { Group = model.Node.Group, Node = gossip.Name },
            Role = model.Manifest.Role == ManifestRole.Server ? GroupRole.Server : GroupRole.Observer,
            BootstrapExpect = model.Manifest.BootstrapExpect,
            UnsafeNoFsync = data.UnsafeNoFsync,
            ClientUrl = AnswersEtcd(model) ? ClientUrl(model.Manifest.Etcd, gossip) : "",
        };
        return await ManifestGroup.StartAsync(options, path, directory, new TunnelGroupTransport(tunnel, model.Node.Group), time, meters, loggers);
    }

    /// <summary>This node itself reaches its door on loopback wherever it is.</summary>
    private static string ClientUrl(IPEndPoint door, GossipNode gossip) =>
        ManifestTag.ClientUrl(door, IPAddress.IsLoopback(door.Address) ? IPAddress.Loopback : gossip.LocalAddress.Address);
}
