using System.Collections.Immutable;
using System.Net;

using Skerry.Catalog;
using Skerry.Proxy.Virtual;

namespace Skerry.Proxy.Dns;

/// <summary>
/// Answers from a snapshot of the catalog. Under the domain are
/// <code>
/// NAME.service[.GROUP]    A, AAAA, SRV: its healthy instances, in random order; with virtual addresses, that of the service
/// _NAME._tcp[.service][.GROUP], _NAME._udp…    SRV, as RFC 2782 writes it
/// NODE.node[.GROUP]       A, AAAA: the node's address, while it is alive
/// HEX.addr.GROUP          A, AAAA: the address that the digits are; what SRV points at
/// </code>
/// Without a group the own one is meant. A name that is not there is answered with NXDOMAIN, one without such records with none; both with the domain's SOA (RFC 2308).
/// </summary>
/// <param name="names">The domain.</param>
/// <param name="identity">This node.</param>
/// <param name="addresses">Virtual addresses of services; null: there are none.</param>
internal sealed class DnsZone(DnsNames names, ProxyIdentity identity, IServiceAddresses? addresses)
{
    private static readonly string[] Kinds = ["service", "node", "addr"];

    public DnsAnswer Answer(DnsQuery query, CatalogSnapshot snapshot)
    {
        var labels = query.Name[..^names.Domain.Length].TrimEnd('.').Split('.', StringSplitOptions.RemoveEmptyEntries);
        var found = labels.Length == 0 ? [Start(snapshot)] : Find(labels, query.Name, snapshot);
        var start = Start(snapshot);
        if (found is null) return new DnsAnswer(DnsCode.NameError, IsAuthoritative: true, [], [start], []);
        ImmutableArray<DnsRecord> answers = [.. found.Value.Where(record => record.Type == query.Type || query.Type == DnsType.Any)];
        return new DnsAnswer(DnsCode.NoError, IsAuthoritative: true, answers, answers.IsEmpty ? [start] : [], [.. Targets(answers, snapshot)]);
    }

    private DnsRecord Start(CatalogSnapshot snapshot) => new(names.Domain, DnsType.Soa, Target: names.Domain, Serial: (uint)snapshot.Index);

    /// <summary>Every record of a name; null when there is no such name.</summary>
    private ImmutableArray<DnsRecord>? Find(string[] labels, string name, CatalogSnapshot snapshot)
    {
        if (labels is [['_', .. var srv], var network, .. var rest] && network.ToLowerInvariant() is "_tcp" or "_udp")
        {
            if (rest is [var kind, ..] && kind.Equals("service", StringComparison.OrdinalIgnoreCase)) rest = rest[1..];
            if (rest.Length > 1) return null;
            var records = FindService(srv, rest is [var group] ? group : identity.Group, name, snapshot);
            return records is { } all ? [.. all.Where(record => record.Type == DnsType.Srv)] : null;
        }

        // The kind is last, or last but the group: a service or node may have dots in its name, and be called as a kind is.
        if (labels.Length >= 2 && KindOf(labels[^1]) is { } last) return Find(last, string.Join('.', labels[..^1]), identity.Group, name, snapshot);
        return labels.Length >= 3 && KindOf(labels[^2]) is { } inner ? Find(inner, string.Join('.', labels[..^2]), labels[^1], name, snapshot) : null;
    }

    private static string? KindOf(string label) => Array.Find(Kinds, kind => kind.Equals(label, StringComparison.OrdinalIgnoreCase));

    private ImmutableArray<DnsRecord>? Find(string kind, string subject, string group, string name, CatalogSnapshot snapshot) => kind switch
    {
        "service" => FindService(subject, group, name, snapshot),
        "node" => FindNode(subject, group, name, snapshot),
        _ => DnsNames.ParseAddress(subject) is { } address ? [DnsRecord.Of(name, address)] : null,
    };

    private ImmutableArray<DnsRecord>? FindNode(string node, string group, string name, CatalogSnapshot snapshot)
    {
        var nodes = IsOwn(group) ? snapshot.Nodes : GroupOf(group, snapshot)?.Nodes;
        var found = nodes?.GetValueOrDefault(node) ?? nodes?.Values.FirstOrDefault(other => other.Name.Equals(node, StringComparison.OrdinalIgnoreCase));
        if (found is null) return null;
        return found.Alive && IPAddress.TryParse(found.Address, out var address) ? [DnsRecord.Of(name, address)] : [];
    }

    private ImmutableArray<DnsRecord>? FindService(string service, string group, string name, CatalogSnapshot snapshot)
    {
        var other = IsOwn(group) ? null : GroupOf(group, snapshot);
        if (other is null && !IsOwn(group)) return null;
        var exact = InstancesOf(service, other, snapshot).IsEmpty
            ? (other?.ServiceNames ?? snapshot.ServiceNames).FirstOrDefault(candidate => candidate.Equals(service, StringComparison.OrdinalIgnoreCase))
            : service;
        if (addresses?.Of(exact ?? service, other?.Name ?? "") is { } place) return [.. OfPlace(place, name, other?.Name ?? identity.Group)];
        if (exact is null) return null;
        var entries = InstancesOf(exact, other, snapshot).Where(entry => entry.Status != CheckStatus.Critical).ToArray();
        Random.Shared.Shuffle(entries);
        return [.. entries.SelectMany(entry => OfInstance(entry, name)).Distinct()];
    }

    private static ImmutableArray<ServiceEntry> InstancesOf(string service, RemoteGroup? group, CatalogSnapshot snapshot) => group?.Instances(service) ?? snapshot.Instances(service);

    private IEnumerable<DnsRecord> OfPlace(ServicePlace place, string name, string group)
    {
        yield return DnsRecord.Of(name, place.Address);
        foreach (var port in place.Ports) yield return new DnsRecord(name, DnsType.Srv, Port: port, Target: names.OfAddress(place.Address, group), Weight: 1);
    }

    /// <summary>An instance that is registered under a host's name has no address here, and its SRV points at that name.</summary>
    private IEnumerable<DnsRecord> OfInstance(ServiceEntry entry, string name)
    {
        var weight = entry.Status == CheckStatus.Warning ? entry.Service.Weights.Warning : entry.Service.Weights.Passing;
        string target;
        if (IPAddress.TryParse(entry.EffectiveAddress, out var address))
        {
            yield return DnsRecord.Of(name, address);
            target = (entry.EffectiveAddress == entry.Node.Address ? names.OfNode(entry.Node.Name, entry.Node.Group) : null) ?? names.OfAddress(address, entry.Node.Group);
        }
        else
        {
            target = entry.EffectiveAddress;
        }

        if (entry.Service.Port > 0 && DnsNames.IsWritable(target))
            yield return new DnsRecord(name, DnsType.Srv, Port: entry.Service.Port, Target: target, Weight: Math.Clamp(weight, 0, ushort.MaxValue));
    }

    /// <summary>Addresses of what SRV records point at.</summary>
    private IEnumerable<DnsRecord> Targets(ImmutableArray<DnsRecord> answers, CatalogSnapshot snapshot)
    {
        var targets = answers.Where(record => record.Type == DnsType.Srv).Select(record => record.Target).Distinct(StringComparer.Ordinal);
        foreach (var target in targets.Where(names.Holds))
        {
            foreach (var record in Find(target[..(target.Length - names.Domain.Length - 1)].Split('.'), target, snapshot) ?? []) yield return record;
        }
    }

    private bool IsOwn(string group) => group.Equals(identity.Group, StringComparison.OrdinalIgnoreCase);

    private static RemoteGroup? GroupOf(string group, CatalogSnapshot snapshot) =>
        snapshot.Groups.GetValueOrDefault(group) ?? snapshot.Groups.Values.FirstOrDefault(other => other.Name.Equals(group, StringComparison.OrdinalIgnoreCase));
}
