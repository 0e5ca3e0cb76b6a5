using System.Collections.Immutable;

using Skerry.Catalog.Records;
using Skerry.Catalog.Sites;
using Skerry.Replication;

namespace Skerry.Catalog.View;

/// <summary>Turns news, record by record, into snapshots. Not thread-safe: the catalog's lock is around it.</summary>
/// <param name="group">This node's group.</param>
internal sealed class CatalogView(string group)
{
    private readonly Dictionary<string, NodeRecords> _nodes = new(StringComparer.Ordinal);
    private readonly SortedSet<string> _touched = new(StringComparer.Ordinal);
    private readonly RemoteGroups _groups = new(group);

    public CatalogSnapshot Current { get; private set; } = CatalogSnapshot.Empty;

    /// <summary>Owners of records that membership has never spoken of.</summary>
    public IEnumerable<string> Unspoken => _nodes.Where(entry => entry.Value.Liveness is null).Select(entry => entry.Key);

    /// <summary>How many records a node says.</summary>
    public int CountSaidBy(string owner) => _nodes.TryGetValue(owner, out var node) ? node.Payloads.Count : 0;

    /// <summary>Whether a node says a record.</summary>
    public bool IsSaid(string owner, string kind, string id) => _nodes.TryGetValue(owner, out var node) && node.Payloads.ContainsKey((kind, id));

    /// <summary>Takes in one record.</summary>
    /// <returns>False when its payload cannot be read: it changes nothing.</returns>
    public bool TryApply(Record record)
    {
        if (!_nodes.TryGetValue(record.Owner, out var node))
        {
            if (record.Payload is null) return true;
            node = new NodeRecords();
        }

        var isKnown = node.Payloads.TryGetValue((record.Kind, record.Id), out var before);
        if (record.Payload is { } payload ? isKnown && payload.Span.SequenceEqual(before.Span) : !isKnown) return true;
        var isRemote = RemoteGroups.Holds(record.Kind);
        if (isRemote ? !_groups.TryApply(record) : !RecordPayload.TryApply(record, node, Current.Index + 1)) return false;
        if (record.Payload is { } said) node.Payloads[(record.Kind, record.Id)] = said;
        else node.Payloads.Remove((record.Kind, record.Id));
        _nodes[record.Owner] = node;
        // What a bridge tells of others is no change of its own node.
        if (!isRemote) _touched.Add(record.Owner);
        return true;
    }

    /// <summary>Takes in membership's word.</summary>
    public void SetLiveness(string name, string address, NodeLiveness liveness)
    {
        if (liveness == NodeLiveness.Gone)
        {
            Drop(name);
            return;
        }

        if (!_nodes.TryGetValue(name, out var node)) _nodes[name] = node = new NodeRecords();
        if (node.Liveness == liveness && node.Address == address) return;
        if (node.Liveness != liveness) node.LivenessIndex = Current.Index + 1;
        node.Liveness = liveness;
        node.Address = address;
        node.IsTouched = true;
        _touched.Add(name);
        _groups.Touch(name);
    }

    /// <summary>Drops all that is known of a node.</summary>
    public void Drop(string name)
    {
        if (!_nodes.Remove(name)) return;
        _touched.Add(name);
        _groups.Drop(name);
    }

    /// <summary>Makes the snapshot of all that was taken in since the last; false when nothing visible changed.</summary>
    public bool TrySwap()
    {
        if (_touched.Count == 0 && !_groups.IsTouched) return false;
        var index = Current.Index + 1;
        var (views, nodes) = (Current.Views.ToBuilder(), Current.Nodes.ToBuilder());
        var changes = new List<EntryChange>();
        var (isChanged, nodeEnded, nodesChanged, servicesChanged, checksChanged) = (false, false, false, false, false);
        foreach (var name in _touched)
        {
            var before = views.GetValueOrDefault(name);
            var records = _nodes.GetValueOrDefault(name);
            if (records is { IsShown: true })
            {
                var builder = new NodeViewBuilder(name, group, records, before, index);
                var after = builder.Build();
                views[name] = after;
                if (!ReferenceEquals(after.Node, before?.Node))
                {
                    nodes[name] = after.Node;
                    nodesChanged = true;
                }

                servicesChanged |= builder.IsServiceChanged;
                checksChanged |= builder.IsCheckChanged;
                changes.AddRange(builder.Changes);
                isChanged = true;
            }
            else if (before is not null)
            {
                changes.AddRange(NodeViewBuilder.Ending(before));
                views.Remove(name);
                nodes.Remove(name);
                isChanged = nodeEnded = nodesChanged = checksChanged = true;
                servicesChanged |= before.Entries.Count > 0;
            }

            records?.ClearTouched();
            if (records is { IsEmpty: true }) _nodes.Remove(name);
        }

        _touched.Clear();
        var groups = _groups.Build(Current.Groups, name => _nodes.GetValueOrDefault(name)?.Liveness, index);
        var groupsChanged = !ReferenceEquals(groups, Current.Groups);
        if (!isChanged && !groupsChanged) return false;
        var (services, serviceEnded) = Services(changes, index);
        Current = new CatalogSnapshot
        {
            Index = index,
            Nodes = nodes.ToImmutable(),
            Groups = groups,
            Bridges = nodesChanged || groupsChanged ? Bridges(nodes.ToImmutable(), groups) : Current.Bridges,
            Views = views.ToImmutable(),
            Services = services,
            ServiceExtinctionIndex = serviceEnded ? index : Current.ServiceExtinctionIndex,
            NodesIndex = nodesChanged ? index : Current.NodesIndex,
            ServicesIndex = servicesChanged ? index : Current.ServicesIndex,
            ChecksIndex = checksChanged ? index : Current.ChecksIndex,
            NodeExtinctionIndex = nodeEnded ? index : Current.NodeExtinctionIndex,
        };
        return true;
    }

    /// <summary>Who speaks for each group. A name that two groups claim is this group's while its node lives here, then the first one's.</summary>
    private ImmutableSortedDictionary<string, TunnelFacts> Bridges(
        ImmutableSortedDictionary<string, CatalogNode> nodes, ImmutableSortedDictionary<string, RemoteGroup> groups)
    {
        var bridges = ImmutableSortedDictionary.CreateBuilder<string, TunnelFacts>(StringComparer.Ordinal);
        foreach (var node in BridgeChoice.Of(group, nodes.Values)) bridges[node.Name] = node.Tunnel;
        foreach (var node in groups.Values.SelectMany(other => other.Bridges).Where(node => !(nodes.TryGetValue(node.Name, out var own) && own.Alive))) bridges.TryAdd(node.Name, node.Tunnel);
        return bridges.ToImmutable();
    }

    private (ImmutableSortedDictionary<string, ServiceView> Services, bool HasEnded) Services(List<EntryChange> changes, ulong index)
    {
        if (changes.Count == 0) return (Current.Services, false);
        var services = Current.Services.ToBuilder();
        var hasEnded = false;
        foreach (var group in changes.GroupBy(change => change.Service, StringComparer.Ordinal))
        {
            var after = services.GetValueOrDefault(group.Key, ServiceView.None).With([.. group], index);
            if (!after.Entries.IsEmpty) services[group.Key] = after;
            else hasEnded |= services.Remove(group.Key);
        }

        return (services.ToImmutable(), hasEnded);
    }
}
