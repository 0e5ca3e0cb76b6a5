using System.Collections.Immutable;
using System.Globalization;

using Skerry.Agent.Configuration.Schema;
using Skerry.Tunnel;

namespace Skerry.Agent.Configuration;

/// <summary>What must hold between the keys of <c>edgeTunnel</c>.</summary>
internal static class EdgeTunnelRules
{
    public static void Check(EdgeTunnelConfiguration tunnel, BindingContext context)
    {
        if (tunnel is { Mode: TunnelMode.ClientOnly, Relay: RelayDuty.Always } && context.IsClean("edgeTunnel.mode", "edgeTunnel.relay"))
            context.Refuse("edgeTunnel.relay", "'always' needs connections from others, and 'clientOnly' takes none in", "auto or never beside mode: clientOnly");
        CheckAddresses(tunnel.AdvertiseAddress, "edgeTunnel.advertiseAddress", context);
        if (!context.IsClean("edgeTunnel.relayNodes")) return;
        var names = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < tunnel.RelayNodes.Length; i++)
        {
            var path = string.Create(CultureInfo.InvariantCulture, $"edgeTunnel.relayNodes[{i}]");
            var relay = tunnel.RelayNodes[i];
            if (!names.Add(relay.NodeName)) context.Refuse(path + ".nodeName", $"'{relay.NodeName}' is there twice", "each node once, with all its addresses");
            CheckAddresses(relay.AdvertiseAddress, path + ".advertiseAddress", context);
        }
    }

    private static void CheckAddresses(ImmutableArray<string> addresses, string path, BindingContext context)
    {
        for (var i = 0; i < addresses.Length; i++)
        {
            if (!TunnelAddress.TryParse(addresses[i], out _))
                context.Refuse(string.Create(CultureInfo.InvariantCulture, $"{path}[{i}]"), $"'{addresses[i]}' is no address of the tunnel", TunnelAddress.Allowed);
        }
    }
}
