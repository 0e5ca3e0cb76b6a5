using Skerry.Catalog;
using Skerry.Proxy.Dns;
using Skerry.Proxy.Instances;

namespace Skerry.Proxy.Socks;

/// <summary>
/// What a name stands for: <c>SERVICE</c>, <c>SERVICE@GROUP</c>, <c>SERVICE.service[.GROUP].DOMAIN</c>; where allowed <c>NODE</c> and <c>NODE.node[.GROUP].DOMAIN</c>
/// with a port that a service of that node has. Of a service, the port says nothing: instances have their own.
/// </summary>
/// <param name="names">The domain.</param>
/// <param name="identity">This node.</param>
/// <param name="allowNodes">Whether nodes may be named.</param>
internal sealed class SocksNames(DnsNames names, ProxyIdentity identity, bool allowNodes)
{
    /// <summary>The service meant; null with a reply that says why not.</summary>
    public ServiceQuery? Find(SocksAddress destination, ServiceNetwork network, CatalogSnapshot snapshot, out SocksReply refusal)
    {
        refusal = SocksReply.AddressNotSupported;
        if (destination.Address is not null) return null;
        refusal = SocksReply.HostUnreachable;
        var host = destination.Host.TrimEnd('.');
        if (host.Length == 0) return null;
        if (host.Split('@') is [{ Length: > 0 } named, { Length: > 0 } ofGroup]) return new ServiceQuery(named, ofGroup, network);
        if (names.Holds(host)) return FindInDomain(host, destination.Port, network, snapshot, out refusal);
        if (IsService(host, snapshot)) return new ServiceQuery(host, "", network);
        return FindNode(host, "", destination.Port, network, snapshot, out refusal);
    }

    private ServiceQuery? FindInDomain(string host, int port, ServiceNetwork network, CatalogSnapshot snapshot, out SocksReply refusal)
    {
        refusal = SocksReply.HostUnreachable;
        var labels = host[..^names.Domain.Length].TrimEnd('.').Split('.');
        var (kind, count, group) = labels.Length >= 2 && IsKind(labels[^1]) ? (labels[^1], 1, "") : labels.Length >= 3 && IsKind(labels[^2]) ? (labels[^2], 2, labels[^1]) : ("", 0, "");
        var subject = string.Join('.', labels[..^count]);
        if (kind.Equals("service", StringComparison.OrdinalIgnoreCase)) return new ServiceQuery(subject, group, network);
        return kind.Length == 0 ? null : FindNode(subject, group, port, network, snapshot, out refusal);
    }

    /// <summary>A node's port is a service's: whatever else listens there is not reached.</summary>
    private ServiceQuery? FindNode(string node, string group, int port, ServiceNetwork network, CatalogSnapshot snapshot, out SocksReply refusal)
    {
        refusal = SocksReply.HostUnreachable;
        var isOwn = group.Length == 0 || group == identity.Group;
        var owners = snapshot.Groups.Values.Where(other => group.Length == 0 || other.Name == group).Where(other => other.Nodes.ContainsKey(node)).ToArray();
        if (!(isOwn && snapshot.Nodes.ContainsKey(node)) && owners.Length == 0) return null;
        refusal = SocksReply.NotAllowed;
        if (!allowNodes) return null;
        if (isOwn && snapshot.InstancesOn(node).FirstOrDefault(entry => entry.Service.Port == port) is { } own) return Only(own, identity.Group);
        foreach (var owner in owners)
        {
            var exported = owner.ServiceNames.SelectMany(service => owner.Instances(service));
            if (exported.FirstOrDefault(entry => entry.Node.Name == node && entry.Service.Port == port) is { } far) return Only(far, owner.Name);
        }

        return null;

        ServiceQuery Only(ServiceEntry entry, string ofGroup) => new(entry.Service.Name, ofGroup, network, new InstanceKey(entry.Node.Name, entry.Service.Id));
    }

    private static bool IsService(string name, CatalogSnapshot snapshot) =>
        !snapshot.Instances(name).IsEmpty || snapshot.Groups.Values.Any(group => !group.Instances(name).IsEmpty);

    private static bool IsKind(string label) => label.Equals("service", StringComparison.OrdinalIgnoreCase) || label.Equals("node", StringComparison.OrdinalIgnoreCase);
}
