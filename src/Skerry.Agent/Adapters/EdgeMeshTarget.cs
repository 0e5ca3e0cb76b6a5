using System.Globalization;

using Skerry.Catalog;
using Skerry.Proxy;
using Skerry.Tunnel;

namespace Skerry.Agent.Adapters;

/// <summary>The service of this node that an EdgeMesh agent means by an address.</summary>
internal static class EdgeMeshTarget
{
    /// <returns>The service that is registered with that address; one that does not exist where none is: then the door refuses it.</returns>
    public static ServiceTarget Of(IncomingSession asked, ServiceCatalog catalog)
    {
        var network = asked.Target.Network == "udp" ? ServiceNetwork.Udp : ServiceNetwork.Tcp;
        var meant = catalog.LocalServices.Values.Select(local => local.Service).FirstOrDefault(service => AddressOf(service, catalog) == asked.Target.Instance);
        return new ServiceTarget(meant?.Name ?? "", meant?.Id ?? asked.Target.Instance, network);
    }

    private static string AddressOf(ServiceInstance service, ServiceCatalog catalog)
    {
        var host = service.Address.Length > 0 ? service.Address : catalog.Current.Nodes.GetValueOrDefault(service.Node)?.Address ?? "";
        return string.Create(CultureInfo.InvariantCulture, $"{host}:{service.Port}");
    }
}
