using System.Collections.Immutable;

namespace Skerry.Catalog.View;

/// <summary>
/// Puts a node's records together with membership's word: who is not alive counts as critical with all it runs. Only what changed is made anew, so a
/// change costs what it touches: a check its service, a service its checks, the node itself all it runs.
/// </summary>
internal sealed class NodeViewBuilder(string name, string group, NodeRecords records, NodeView? before, ulong index)
{
    private readonly SortedSet<string> _services = new(StringComparer.Ordinal);
    private ImmutableArray<CheckState> _nodeChecks;

    /// <summary>What became of the node's instances.</summary>
    public List<EntryChange> Changes { get; } = [];

    /// <summary>Whether an instance came, went or was registered anew.</summary>
    public bool IsServiceChanged { get; private set; }

    /// <summary>Whether a check came, went or changed, membership's word included.</summary>
    public bool IsCheckChanged { get; private set; }

    /// <summary>What becomes of the instances of a node that is shown no more.</summary>
    public static IEnumerable<EntryChange> Ending(NodeView before) =>
        before.Entries.Values.Select(entry => new EntryChange(entry.Service.Name, before.Node.Name, entry.Service.Id, null));

    public NodeView Build()
    {
        var isWhole = before is null || records.IsTouched;
        var node = isWhole ? Node() : before!.Node;
        var health = isWhole ? Health() : before!.Health;
        _services.UnionWith(records.TouchedServices);
        IsCheckChanged = isWhole || records.TouchedChecks.Count > 0;
        var checks = Checks();
        // A service's id is never empty: the empty one stands for the node, whose checks decide about all it runs.
        if (isWhole || _services.Remove(""))
        {
            _services.UnionWith(records.Services.Keys);
            if (before is not null) _services.UnionWith(before.Entries.Keys);
        }

        _nodeChecks = [health, .. records.ChecksOf("").Select(id => checks[id])];
        var entries = Entries(node, checks);
        return new NodeView { Node = node, Index = index, Health = health, Checks = checks, Entries = entries };
    }

    private CatalogNode Node()
    {
        var facts = records.Facts ?? new CatalogNode { Name = name, Id = "", Address = "", Group = group };
        var created = before?.Node.CreateIndex ?? index;
        return facts with
        {
            Name = name,
            Address = facts.Address.Length > 0 ? facts.Address : records.Address,
            Alive = records.Liveness == NodeLiveness.Alive,
            CreateIndex = created,
            ModifyIndex = Math.Max(Math.Max(facts.ModifyIndex, records.LivenessIndex), created),
        };
    }

    private CheckState Health()
    {
        var isAlive = records.Liveness == NodeLiveness.Alive;
        var created = before?.Node.CreateIndex ?? index;
        return new CheckState
        {
            Node = name,
            Definition = new CheckDefinition { Id = NodeView.HealthCheckId, Name = "Serf Health Status", Type = CheckType.Membership },
            Status = isAlive ? CheckStatus.Passing : CheckStatus.Critical,
            Output = isAlive ? "Agent alive and reachable" : "Agent not live or unreachable",
            CreateIndex = created,
            ModifyIndex = Math.Max(records.LivenessIndex, created),
        };
    }

    private ImmutableSortedDictionary<string, CheckState> Checks()
    {
        var checks = (before?.Checks ?? ImmutableSortedDictionary.Create<string, CheckState>(StringComparer.Ordinal)).ToBuilder();
        IEnumerable<string> touched = before is null ? records.Checks.Keys : records.TouchedChecks;
        foreach (var id in touched)
        {
            if (checks.TryGetValue(id, out var old)) _services.Add(old.Definition.ServiceId);
            if (!records.Checks.TryGetValue(id, out var check))
            {
                checks.Remove(id);
                continue;
            }

            _services.Add(check.Definition.ServiceId);
            checks[id] = records.Services.TryGetValue(check.Definition.ServiceId, out var service)
                ? check with { ServiceName = service.Name, ServiceTags = service.Tags }
                : check;
        }

        return checks.ToImmutable();
    }

    private ImmutableSortedDictionary<string, ServiceEntry> Entries(CatalogNode node, ImmutableSortedDictionary<string, CheckState> checks)
    {
        var entries = (before?.Entries ?? ImmutableSortedDictionary.Create<string, ServiceEntry>(StringComparer.Ordinal)).ToBuilder();
        foreach (var id in _services)
        {
            var service = records.Services.GetValueOrDefault(id);
            var old = entries.GetValueOrDefault(id);
            IsServiceChanged |= !ReferenceEquals(old?.Service, service);
            if (old is not null && old.Service.Name != service?.Name) Changes.Add(new EntryChange(old.Service.Name, name, id, null));
            if (service is null)
            {
                entries.Remove(id);
                continue;
            }

            ImmutableArray<CheckState> deciding = [.. _nodeChecks, .. records.ChecksOf(id).Select(check => checks[check])];
            var entry = new ServiceEntry(node, service, deciding, deciding.Max(check => check.Status));
            entries[id] = entry;
            Changes.Add(new EntryChange(service.Name, name, id, entry));
        }

        return entries.ToImmutable();
    }
}
