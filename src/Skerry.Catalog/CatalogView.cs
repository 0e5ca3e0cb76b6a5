using System.Collections.Immutable;

using Skerry.Replication;

namespace Skerry.Catalog;

/// <summary>Turns news, record by record, into snapshots. A change costs what the node and the services it touches cost, not what the group does.</summary>
/// <param name="group">This node's group.</param>
internal sealed class CatalogView(string group)
{
    private readonly SortedDictionary<string, NodeRecords> _nodes = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _touched = new(StringComparer.Ordinal);

    public CatalogSnapshot Current { get; private set; } = CatalogSnapshot.Empty;

    /// <summary>Payloads that could not be read.</summary>
    public long Refused { get; private set; }

    /// <summary>Takes in one record.</summary>
    public void Apply(Record record)
    {
        if (!_nodes.TryGetValue(record.Owner, out var node))
        {
            if (record.Payload is null) return;
            _nodes[record.Owner] = node = new NodeRecords();
        }

        if (!RecordReading.TryApply(record, node, Current.Index + 1)) Refused++;
        if (node is { Facts: null, Services.Count: 0, Checks.Count: 0, Liveness: null }) _nodes.Remove(record.Owner);
        _touched.Add(record.Owner);
    }

    /// <summary>Takes in membership's word.</summary>
    public void SetLiveness(string name, string address, NodeLiveness liveness)
    {
        if (!_nodes.TryGetValue(name, out var node)) _nodes[name] = node = new NodeRecords();
        if (node.Liveness == liveness && node.Address == address) return;
        node.Liveness = liveness;
        node.Address = address;
        node.LivenessIndex = Current.Index + 1;
        if (liveness == NodeLiveness.Gone) _nodes.Remove(name);
        _touched.Add(name);
    }

    /// <summary>Makes the snapshot of all that was taken in since the last; false when nothing visible changed.</summary>
    public bool TrySwap()
    {
        if (_touched.Count == 0) return false;
        var index = Current.Index + 1;
        var (views, nodes, services) = (Current.Views.ToBuilder(), Current.Nodes.ToBuilder(), Current.Services.ToBuilder());
        var (serviceIndexes, nodeIndexes) = (Current.ServiceIndexes.ToBuilder(), Current.NodeIndexes.ToBuilder());
        var names = new SortedSet<string>(StringComparer.Ordinal);
        var changed = false;
        foreach (var name in _touched)
        {
            var before = views.GetValueOrDefault(name);
            var after = _nodes.TryGetValue(name, out var records) && records.IsShown ? NodeViewBuilder.Build(name, group, records, index) : null;
            if (before is null && after is null) continue;
            changed = true;
            nodeIndexes[name] = index;
            if (before is not null) names.UnionWith(before.Entries.Select(entry => entry.Service.Name));
            if (after is null)
            {
                views.Remove(name);
                nodes.Remove(name);
            }
            else
            {
                views[name] = after;
                nodes[name] = after.Node;
                names.UnionWith(after.Entries.Select(entry => entry.Service.Name));
            }
        }

        foreach (var service in names)
        {
            var entries = Rebuild(service, services.GetValueOrDefault(service, []), views);
            if (entries.IsEmpty) services.Remove(service);
            else services[service] = entries;
            serviceIndexes[service] = index;
        }

        _touched.Clear();
        if (!changed) return false;
        Current = new CatalogSnapshot
        {
            Index = index,
            Views = views.ToImmutable(),
            Nodes = nodes.ToImmutable(),
            Services = services.ToImmutable(),
            ServiceIndexes = serviceIndexes.ToImmutable(),
            NodeIndexes = nodeIndexes.ToImmutable(),
        };
        return true;
    }

    /// <summary>The instances of untouched nodes stay as they are; those of touched ones are taken from their new views.</summary>
    private ImmutableArray<ServiceEntry> Rebuild(
        string service, ImmutableArray<ServiceEntry> before, ImmutableSortedDictionary<string, NodeView>.Builder views)
    {
        var entries = new List<ServiceEntry>(before.Length + 1);
        entries.AddRange(before.Where(entry => !_touched.Contains(entry.Node.Name)));
        foreach (var name in _touched)
        {
            if (views.TryGetValue(name, out var view)) entries.AddRange(view.Entries.Where(entry => entry.Service.Name == service));
        }

        entries.Sort((left, right) =>
        {
            var order = string.CompareOrdinal(left.Node.Name, right.Node.Name);
            return order != 0 ? order : string.CompareOrdinal(left.Service.Id, right.Service.Id);
        });
        return [.. entries];
    }
}
