using Skerry.Api.Acl;
using Skerry.Api.Http;
using Skerry.Catalog;

namespace Skerry.Api.Consul;

/// <summary>What of the catalog the one who asks may see: the rest is left out of an answer, as if it were not there.</summary>
internal static class Sight
{
    public static bool Node(ApiCall call, string name) => call.Allows(AclResource.Node, name, AclAccess.Read);

    public static bool Service(ApiCall call, string name) => call.Allows(AclResource.Service, name, AclAccess.Read);

    /// <summary>An instance shows its node, too.</summary>
    public static bool Instance(ApiCall call, ServiceEntry entry) => Service(call, entry.Service.Name) && Node(call, entry.Node.Name);

    /// <summary>A check of a service shows that; one of a node alone only the node.</summary>
    public static bool Check(ApiCall call, CheckState check) => Node(call, check.Node) && (check.ServiceName.Length == 0 || Service(call, check.ServiceName));

    /// <summary>A check of this agent, which need not show its node where it is a service's.</summary>
    public static bool LocalCheck(ApiCall call, CheckState check) => check.ServiceName.Length == 0 ? Node(call, check.Node) : Service(call, check.ServiceName);

    public static IEnumerable<CatalogNode> Nodes(ApiCall call, IEnumerable<CatalogNode> nodes) => call.Visible(nodes, node => Node(call, node.Name));

    public static IEnumerable<ServiceEntry> Instances(ApiCall call, IEnumerable<ServiceEntry> entries) => call.Visible(entries, entry => Instance(call, entry));

    public static IEnumerable<CheckState> Checks(ApiCall call, IEnumerable<CheckState> checks) => call.Visible(checks, check => Check(call, check));
}
