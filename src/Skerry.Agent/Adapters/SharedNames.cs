using Microsoft.Extensions.Logging;

using Skerry.Catalog;

namespace Skerry.Agent.Adapters;

/// <summary>Warns of a name that nodes of several groups bear: the tunnel tells nodes by it, and what is meant for one comes to any of them.</summary>
/// <param name="group">This node's group.</param>
/// <param name="logger">Hears of each such name once, for as long as it is shared.</param>
internal sealed class SharedNames(string group, ILogger logger)
{
    private readonly Lock _gate = new();
    private CatalogSnapshot? _last;
    private Dictionary<string, (string First, string Second)> _told = [];

    /// <summary>The catalog is another one.</summary>
    public void Look(CatalogSnapshot now)
    {
        lock (_gate)
        {
            if (ReferenceEquals(_last?.Nodes, now.Nodes) && ReferenceEquals(_last?.Groups, now.Groups)) return;
            _last = now;
            var shared = In(now, group);
            foreach (var (node, groups) in shared.Where(name => !_told.ContainsKey(name.Key))) AgentLog.NameShared(logger, node, groups.First, groups.Second);
            _told = shared;
        }
    }

    /// <summary>Names of living nodes that are in two groups, with the two; one that is dead may have moved.</summary>
    private static Dictionary<string, (string First, string Second)> In(CatalogSnapshot now, string group)
    {
        var (seen, shared) = (new Dictionary<string, string>(StringComparer.Ordinal), new Dictionary<string, (string, string)>(StringComparer.Ordinal));
        foreach (var node in now.Nodes.Values.Where(node => node.Alive)) seen[node.Name] = group;
        foreach (var other in now.Groups.Values.Where(other => other.IsReachable))
        {
            foreach (var node in other.Nodes.Values.Where(node => node.Alive))
            {
                if (!seen.TryAdd(node.Name, other.Name)) shared[node.Name] = (seen[node.Name], other.Name);
            }
        }

        return shared;
    }
}
