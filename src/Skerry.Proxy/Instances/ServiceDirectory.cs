using System.Collections.Immutable;
using System.Net;

using Skerry.Catalog;

namespace Skerry.Proxy.Instances;

/// <summary>Finds the healthy instances of a service in the catalog's newest snapshot, those to be preferred first.</summary>
/// <param name="catalog">The newest snapshot.</param>
/// <param name="identity">This node.</param>
/// <param name="distances">How far others are; null: unknown.</param>
/// <param name="canDialFar">Whether instances without an address here can be reached.</param>
internal sealed class ServiceDirectory(Func<CatalogSnapshot> catalog, ProxyIdentity identity, INodeDistances? distances, bool canDialFar)
{
    /// <summary>Instances in tiers: the next is for when all of the one before have failed. No tier is empty.</summary>
    public ImmutableArray<ImmutableArray<Candidate>> Find(ServiceQuery query)
    {
        var snapshot = catalog();
        var tiers = ImmutableArray.CreateBuilder<ImmutableArray<Candidate>>();
        if (query.Group.Length == 0 || query.Group == identity.Group) Add(tiers, Wanted(snapshot.Instances(query.Service), query, isFar: false));
        if (!canDialFar || query.Group == identity.Group) return tiers.ToImmutable();
        if (query.Group.Length > 0)
        {
            if (snapshot.Groups.TryGetValue(query.Group, out var group)) Add(tiers, Wanted(group.Instances(query.Service), query, isFar: true));
            return tiers.ToImmutable();
        }

        var others = snapshot.Groups.Values
            .Select(group => (group.Name, Instances: Wanted(group.Instances(query.Service), query, isFar: true)))
            .Where(group => !group.Instances.IsEmpty)
            .OrderBy(group => group.Instances.Min(instance => instance.RoundTrip ?? TimeSpan.MaxValue)).ThenBy(group => group.Name, StringComparer.Ordinal);
        tiers.AddRange(others.Select(group => group.Instances));
        return tiers.ToImmutable();
    }

    private static void Add(ImmutableArray<ImmutableArray<Candidate>>.Builder tiers, ImmutableArray<Candidate> tier)
    {
        if (!tier.IsEmpty) tiers.Add(tier);
    }

    private ImmutableArray<Candidate> Wanted(ImmutableArray<ServiceEntry> entries, ServiceQuery query, bool isFar)
    {
        var (found, last) = (ImmutableArray.CreateBuilder<Candidate>(), ImmutableArray.CreateBuilder<Candidate>());
        foreach (var entry in entries)
        {
            if (!IsWanted(entry, query)) continue;
            var isBehindItsNode = isFar || IsBehindItsNode(entry);
            // A weight of zero is for when nobody else is there.
            if (!isBehindItsNode || canDialFar) (WeightOf(entry) > 0 ? found : last).Add(ToCandidate(entry, isBehindItsNode));
        }

        return (found.Count > 0 ? found : last).ToImmutable();
    }

    private static int WeightOf(ServiceEntry entry) => entry.Status == CheckStatus.Warning ? entry.Service.Weights.Warning : entry.Service.Weights.Passing;

    private static bool IsWanted(ServiceEntry entry, ServiceQuery query) =>
        entry.Status != CheckStatus.Critical && entry.Service.Port > 0
        && (query.Instance is not { } wanted || (wanted.Node == entry.Node.Name && wanted.Id == entry.Service.Id));

    /// <summary>An instance of another host that listens on loopback alone is reached through its node, or not at all.</summary>
    private bool IsBehindItsNode(ServiceEntry entry) =>
        entry.Node.Name != identity.Node && IsLoopback(entry.EffectiveAddress) && !IsLoopback(entry.Node.Address);

    private static bool IsLoopback(string address) => IPAddress.TryParse(address, out var ip) ? IPAddress.IsLoopback(ip) : address == "localhost";

    private Candidate ToCandidate(ServiceEntry entry, bool isFar)
    {
        var roundTrip = entry.Node.Name == identity.Node ? TimeSpan.Zero : distances?.RoundTripTo(entry.Node.Name);
        return new Candidate(new InstanceKey(entry.Node.Name, entry.Service.Id), entry.Service.Name, entry.EffectiveAddress, entry.Service.Port, Math.Max(1, WeightOf(entry)), isFar, roundTrip);
    }
}
