using Microsoft.Extensions.Logging;

namespace Skerry.Catalog.Sites;

/// <summary>Tells the log which groups come, are lost, are found again and go, and when this node begins or ceases to speak for its own.</summary>
/// <param name="node">This node.</param>
/// <param name="logger">The log.</param>
internal sealed class GroupNews(string node, ILogger logger)
{
    /// <summary>What a swap of snapshots changed.</summary>
    public void Note(CatalogSnapshot before, CatalogSnapshot after)
    {
        if (before.Bridges.ContainsKey(node) != after.Bridges.ContainsKey(node)) CatalogLog.Bridging(logger, after.Bridges.ContainsKey(node) ? "now" : "no longer");
        if (ReferenceEquals(before.Groups, after.Groups)) return;
        foreach (var group in after.Groups.Values.Where(group => before.Groups.GetValueOrDefault(group.Name)?.IsReachable != group.IsReachable))
        {
            if (group.IsReachable) CatalogLog.GroupReached(logger, group.Name, group.Via);
            else if (before.Groups.ContainsKey(group.Name)) CatalogLog.GroupLost(logger, group.Name); // one that just came is often heard before it is connected
        }

        foreach (var name in before.Groups.Keys.Where(name => !after.Groups.ContainsKey(name))) CatalogLog.GroupGone(logger, name);
    }
}
