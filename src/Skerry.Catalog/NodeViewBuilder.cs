using System.Collections.Immutable;

namespace Skerry.Catalog;

/// <summary>Puts a node's records together with membership's word: who is not alive counts as critical with all it runs.</summary>
internal static class NodeViewBuilder
{
    /// <summary>The check that stands for membership, by Consul's names.</summary>
    public const string HealthCheckId = "serfHealth";

    public static NodeView Build(string name, string group, NodeRecords records, ulong index)
    {
        if (records.CreateIndex == 0) records.CreateIndex = index;
        var alive = records.Liveness == NodeLiveness.Alive;
        var facts = records.Facts ?? new CatalogNode { Name = name, Id = "", Address = records.Address, Group = group };
        var node = facts with
        {
            Name = name,
            Alive = alive,
            CreateIndex = records.CreateIndex,
            ModifyIndex = Math.Max(Math.Max(facts.ModifyIndex, records.LivenessIndex), records.CreateIndex),
        };

        var checks = ImmutableArray.CreateBuilder<CheckState>(records.Checks.Count + 1);
        checks.Add(HealthCheck(name, alive, records));
        foreach (var check in records.Checks.Values)
        {
            checks.Add(records.Services.TryGetValue(check.Definition.ServiceId, out var owner)
                ? check with { ServiceName = owner.Name, ServiceTags = owner.Tags }
                : check);
        }

        var all = checks.ToImmutable();
        var entries = records.Services.Values.Select(service => Entry(node, service, all));
        return new NodeView { Node = node, AllChecks = all, Entries = [.. entries] };
    }

    private static ServiceEntry Entry(CatalogNode node, ServiceInstance service, ImmutableArray<CheckState> checks)
    {
        var deciding = checks.Where(check => check.Definition.ServiceId.Length == 0 || check.Definition.ServiceId == service.Id).ToImmutableArray();
        return new ServiceEntry(node, service, deciding, deciding.Max(check => check.Status));
    }

    private static CheckState HealthCheck(string node, bool alive, NodeRecords records) => new()
    {
        Node = node,
        Definition = new CheckDefinition { Id = HealthCheckId, Name = "Serf Health Status", Type = CheckType.Membership },
        Status = alive ? CheckStatus.Passing : CheckStatus.Critical,
        Output = alive ? "Agent alive and reachable" : "Agent not live or unreachable",
        CreateIndex = records.CreateIndex,
        ModifyIndex = Math.Max(records.LivenessIndex, records.CreateIndex),
    };
}
