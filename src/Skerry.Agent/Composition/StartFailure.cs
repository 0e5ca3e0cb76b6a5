using System.Net;

using Skerry.Agent.Configuration;
using Skerry.Catalog;
using Skerry.Gateway;
using Skerry.Gossip;
using Skerry.Proxy;
using Skerry.Tunnel;

namespace Skerry.Agent.Composition;

/// <summary>Says in one line why a part did not start, and who is in the way.</summary>
internal static class StartFailure
{
    public static string Describe(Exception refused, AgentConfiguration configuration)
    {
        if (refused is CatalogException field) return $"{field.Field}: {field.Message}";
        IEnumerable<IPEndPoint> candidates = refused is GossipException ? [configuration.Gossip.Bind]
            : refused is Api.ApiException ? [configuration.Api.Address, configuration.Manifest.Etcd]
            : refused is GatewayException ? configuration.Gateway.Listeners.Select(listener => listener.Address)
            : refused is TunnelException ? [new IPEndPoint(configuration.Gossip.Bind.Address, configuration.EdgeTunnel.ListenPort ?? EdgeTunnelConfiguration.DefaultPort)]
            : refused is ProxyException ? AddressesOf(configuration.Proxy)
            : [];
        // Of several listeners, the one that failed is named in the message.
        var holder = candidates
            .Where(address => candidates.Count() == 1 || refused.Message.Contains(address.ToString(), StringComparison.Ordinal))
            .Select(PortOwner.Find).FirstOrDefault(found => found is not null);
        return holder is null ? refused.Message : $"{refused.Message.TrimEnd('.')}. It is held by {holder}.";
    }

    private static IEnumerable<IPEndPoint> AddressesOf(ProxyOptions proxy) =>
        proxy.Forwards.Select(forward => forward.Listen).Concat(new[] { proxy.Dns.Listen, proxy.Socks.Listen }.OfType<IPEndPoint>());
}
