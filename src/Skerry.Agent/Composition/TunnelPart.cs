using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Net;

using Microsoft.Extensions.Logging;

using Skerry.Agent.Adapters;
using Skerry.Agent.Configuration;
using Skerry.Catalog;
using Skerry.Gossip;
using Skerry.Libp2p;
using Skerry.Tunnel;

namespace Skerry.Agent.Composition;

/// <summary>Makes the tunnel from the configuration, on top of the catalog; gossip must have started, for its address.</summary>
internal static class TunnelPart
{
    /// <returns>Null: the configuration has neither mesh key nor credential, or wants none.</returns>
    /// <exception cref="TunnelException">A port cannot be listened on.</exception>
    public static async Task<TunnelNode?> StartAsync(
        LoadedConfiguration configuration, GossipNode gossip, ServiceCatalog catalog, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters)
    {
        var tunnel = configuration.Model.EdgeTunnel;
        if (!tunnel.Enable || configuration.Mesh.IsEmpty) return null;
        var identity = configuration.Mesh.ToIdentity();
        var options = new TunnelOptions
        {
            Node = gossip.Name,
            Group = configuration.Model.Node.Group,
            Zone = tunnel.Zone,
            Identity = identity,
            Listen = Listen(tunnel, configuration.Model.Gossip.Bind.Address, tunnel.ListenPort ?? EdgeTunnelConfiguration.DefaultPort),
            Advertise = AdvertisedBy(tunnel, gossip.Name),
            Relay = DutyOf(tunnel),
            RelayNodes = RelaysOf(tunnel),
            RelayLimits = LimitsOf(tunnel),
            HolePunching = tunnel.EnableHolePunch,
            LanService = tunnel.Mdns && !IPAddress.IsLoopback(configuration.Model.Gossip.Bind.Address) ? identity.LanService : null,
            Rendezvous = tunnel.Rendezvous,
            MaxCandidates = tunnel.MaxCandidates,
            HeartbeatPeriod = tunnel.HeartbeatPeriod,
            FinderPeriod = tunnel.FinderPeriod,
            ResumeTimeout = tunnel.ResumeTimeout,
        };
        var directory = new CatalogTunnelDirectory(catalog, gossip.Name);
        try
        {
            return await TunnelNode.StartAsync(options, directory, time, loggers, meters);
        }
        catch (TunnelException) when (tunnel.ListenPort is null && options.Listen.Count > 0)
        {
            // The port is told to whoever asks: any will do where nobody wants a certain one.
            return await TunnelNode.StartAsync(options with { Listen = Listen(tunnel, configuration.Model.Gossip.Bind.Address, 0) }, directory, time, loggers, meters);
        }
    }

    /// <summary>The relays a configuration names.</summary>
    public static ImmutableArray<RelayNode> RelaysOf(EdgeTunnelConfiguration tunnel) => [.. tunnel.RelayNodes.Select(relay => new RelayNode(relay.NodeName, Parse(relay.AdvertiseAddress)))];

    /// <summary>Where a configuration says that this node is reached, beside where it listens.</summary>
    public static ImmutableArray<Multiaddr> AdvertisedBy(EdgeTunnelConfiguration tunnel, string node) =>
        [.. Parse(tunnel.AdvertiseAddress).Concat(RelaysOf(tunnel).Where(relay => relay.Node == node).SelectMany(relay => relay.Addresses)).Distinct()];

    /// <summary>What a configuration wants of this node; one that takes no connections in is of no use to others.</summary>
    public static RelayDuty DutyOf(EdgeTunnelConfiguration tunnel) => tunnel.Mode == TunnelMode.ClientOnly ? RelayDuty.Never : tunnel.Relay;

    private static RelayOptions LimitsOf(EdgeTunnelConfiguration tunnel) => new()
    {
        MaxReservations = tunnel.RelayReservations,
        MaxCircuits = tunnel.RelayCircuits,
        MaxCircuitsPerPeer = tunnel.RelayCircuitsPerNode ?? (tunnel.RelayCircuits + 3) / 4,
        MaxCircuitTime = tunnel.RelayCircuitTime,
        MaxCircuitBytes = tunnel.RelayCircuitBytes,
        MaxBytesPerSecond = tunnel.RelayBytesPerSecond,
    };

    /// <summary>What this node says of itself in the catalog.</summary>
    /// <param name="routes">How it is reached.</param>
    /// <param name="tunnel">The configuration's.</param>
    /// <param name="hasManifest">Whether it takes part in what its group agrees on.</param>
    public static TunnelFacts FactsOf(NodeRoutes routes, EdgeTunnelConfiguration tunnel, bool hasManifest) => new()
    {
        Addresses = [.. routes.Addresses.Take(TunnelFacts.MaxAddresses).Select(address => address.ToString())],
        IsRelay = routes.IsRelay,
        Zone = routes.Zone,
        Load = routes.Load,
        IsBridge = tunnel.Bridge,
        HasManifest = hasManifest,
    };

    private static IReadOnlyList<Multiaddr> Listen(EdgeTunnelConfiguration tunnel, IPAddress address, int port) =>
        tunnel.Mode == TunnelMode.ClientOnly ? [] : [With(tunnel.Transport, Multiaddr.FromTcp(new IPEndPoint(address, port)))];

    private static Multiaddr With(TunnelTransport transport, Multiaddr tcp) => transport == TunnelTransport.Ws ? tcp.With(Multiaddr.Parse("/ws")) : tcp;

    private static IReadOnlyList<Multiaddr> Parse(IEnumerable<string> texts)
    {
        var addresses = new List<Multiaddr>();
        foreach (var text in texts)
        {
            // What is none was refused when the configuration was read.
            if (TunnelAddress.TryParse(text, out var address)) addresses.Add(address);
        }

        return addresses;
    }
}
