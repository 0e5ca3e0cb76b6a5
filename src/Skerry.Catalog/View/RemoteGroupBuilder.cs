using System.Collections.Immutable;

namespace Skerry.Catalog.View;

/// <summary>Puts together what one bridge tells of another group. Nodes of which the same is told as before are the same objects, whoever tells it.</summary>
/// <param name="group">The group.</param>
/// <param name="via">The bridge that is believed.</param>
/// <param name="isReachable">Whether it hears from the group.</param>
/// <param name="records">What it tells.</param>
/// <param name="before">The group as it was; null: it was not there.</param>
/// <param name="index">Index of the change.</param>
internal sealed class RemoteGroupBuilder(string group, string via, bool isReachable, RemoteRecords records, RemoteGroup? before, ulong index)
{
    private readonly bool _isTurned = before?.IsReachable != isReachable;
    private readonly List<EntryChange> _changes = [];

    /// <summary>The group; the same object when nothing changed.</summary>
    public RemoteGroup Build()
    {
        var views = (before?.Views ?? ImmutableSortedDictionary.Create<string, RemoteNodeView>(StringComparer.Ordinal)).ToBuilder();
        var nodes = (before?.Nodes ?? ImmutableSortedDictionary.Create<string, CatalogNode>(StringComparer.Ordinal)).ToBuilder();
        var isChanged = _isTurned;
        foreach (var name in Touched())
        {
            var old = views.GetValueOrDefault(name);
            var parts = records.PartsOf(name);
            if (IsSame(old, parts)) continue;
            isChanged = true;
            var view = parts.IsEmpty ? null : NodeOf(name, parts, old);
            NoteChanges(name, old, view);
            if (view is null)
            {
                views.Remove(name);
                nodes.Remove(name);
            }
            else
            {
                views[name] = view;
                nodes[name] = view.Node;
            }
        }

        if (before is not null && !isChanged && before.Via == via) return before;
        return new RemoteGroup
        {
            Name = group,
            IsReachable = isReachable,
            Via = via,
            // Who tells the same does not matter to who waits for news.
            Index = isChanged || before is null ? index : before.Index,
            Nodes = nodes.ToImmutable(),
            Views = views.ToImmutable(),
            Services = Services(),
        };
    }

    private static IEnumerable<KeyValuePair<string, ServiceEntry>> EntriesOf(RemoteNodeView? view) => view is null ? [] : view.Entries;

    private IEnumerable<string> Touched() => _isTurned || before?.Via != via
        ? records.Nodes.Union(before?.Views.Keys ?? [], StringComparer.Ordinal).Order(StringComparer.Ordinal).ToArray()
        : records.Touched;

    private bool IsSame(RemoteNodeView? old, ImmutableArray<RemotePart> parts)
    {
        if (old is null) return parts.IsEmpty;
        return !_isTurned && old.Parts.Length == parts.Length && old.Parts.Zip(parts).All(pair => pair.First.IsSame(pair.Second));
    }

    private RemoteNodeView NodeOf(string name, ImmutableArray<RemotePart> parts, RemoteNodeView? old)
    {
        var facts = parts[0].Part.Facts!;
        var isAlive = facts.Alive && isReachable;
        var node = facts with { Name = name, Group = group, Alive = isAlive, CreateIndex = old?.Node.CreateIndex ?? index, ModifyIndex = index };
        var health = new CheckState
        {
            Node = name,
            Definition = new CheckDefinition { Id = NodeView.HealthCheckId, Name = "Serf Health Status", Type = CheckType.Membership },
            Status = isAlive ? CheckStatus.Passing : CheckStatus.Critical,
            Output = isAlive ? "Agent alive and reachable" : isReachable ? "Agent not live or unreachable" : $"Group {group} is unreachable",
            CreateIndex = node.CreateIndex,
            ModifyIndex = index,
        };
        var entries = ImmutableSortedDictionary.CreateBuilder<string, ServiceEntry>(StringComparer.Ordinal);
        foreach (var instance in parts.SelectMany(part => part.Part.Instances))
        {
            var created = old?.Entries.GetValueOrDefault(instance.Service.Id)?.Service.CreateIndex ?? index;
            var service = instance.Service with { Node = name, CreateIndex = created, ModifyIndex = index };
            var told = Told(service, instance.Status, created);
            entries[service.Id] = new ServiceEntry(node, service, [health, told], health.Status > told.Status ? health.Status : told.Status);
        }

        return new RemoteNodeView { Node = node, IsToldAlive = facts.Alive, Health = health, Entries = entries.ToImmutable(), Parts = parts };
    }

    /// <summary>One check in place of those that stay in the instance's own group.</summary>
    private CheckState Told(ServiceInstance service, CheckStatus status, ulong created) => new()
    {
        Node = service.Node,
        Definition = new CheckDefinition { Id = $"group:{service.Id}", Name = $"Service '{service.Name}' as group {group} tells it", Type = CheckType.Unknown, ServiceId = service.Id },
        Status = status,
        ServiceName = service.Name,
        ServiceTags = service.Tags,
        CreateIndex = created,
        ModifyIndex = index,
    };

    private void NoteChanges(string name, RemoteNodeView? old, RemoteNodeView? view)
    {
        foreach (var (id, entry) in EntriesOf(old))
        {
            if (view?.Entries.GetValueOrDefault(id)?.Service.Name != entry.Service.Name) _changes.Add(new EntryChange(entry.Service.Name, name, id, null));
        }

        foreach (var (id, entry) in EntriesOf(view)) _changes.Add(new EntryChange(entry.Service.Name, name, id, entry));
    }

    private ImmutableSortedDictionary<string, ServiceView> Services()
    {
        var services = (before?.Services ?? ImmutableSortedDictionary.Create<string, ServiceView>(StringComparer.Ordinal)).ToBuilder();
        foreach (var changes in _changes.GroupBy(change => change.Service, StringComparer.Ordinal))
        {
            var after = services.GetValueOrDefault(changes.Key, ServiceView.None).With([.. changes], index);
            if (after.Entries.IsEmpty) services.Remove(changes.Key);
            else services[changes.Key] = after;
        }

        return services.ToImmutable();
    }
}
