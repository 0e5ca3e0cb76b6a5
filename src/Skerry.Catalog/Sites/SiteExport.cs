using Skerry.Catalog.Records;
using Skerry.Catalog.View;
using Skerry.Replication;

namespace Skerry.Catalog.Sites;

/// <summary>What this node, being a bridge, tells other groups of its own: every node, and of each what is exported. A node that did not change costs a look.</summary>
/// <param name="name">This node.</param>
/// <param name="group">Its group.</param>
internal sealed class SiteExport(string name, string group)
{
    private Dictionary<string, (NodeView View, IReadOnlyList<RecordChange> Parts)> _nodes = [];

    /// <summary>Nodes that found no room the last time.</summary>
    public int LeftOut { get; private set; }

    /// <summary>All records to say, the bridge's own first.</summary>
    public IReadOnlyList<RecordChange> Of(CatalogSnapshot snapshot)
    {
        var records = new List<RecordChange> { default };
        var nodes = new Dictionary<string, (NodeView, IReadOnlyList<RecordChange>)>(StringComparer.Ordinal);
        LeftOut = 0;
        foreach (var (node, view) in snapshot.Views)
        {
            var parts = _nodes.TryGetValue(node, out var known) && ReferenceEquals(known.View, view) ? known.Parts : PartsOf(view);
            nodes[node] = (view, parts);
            if (parts.Count == 0 || records.Count + parts.Count > SiteBounds.MaxRecords) LeftOut++;
            else records.AddRange(parts);
        }

        _nodes = nodes;
        var tunnel = snapshot.Nodes.TryGetValue(name, out var self) ? self.Tunnel : TunnelFacts.None;
        records[0] = new RecordChange(RecordKind.Bridge, "", SitePayload.Of(new BridgeFacts { Group = group, Tunnel = tunnel, Records = records.Count - 1 }));
        return records;
    }

    private RecordChange[] PartsOf(NodeView view) =>
        [.. SitePayload.Of(view, group).Select((payload, number) => new RecordChange(RecordKind.SiteNode, new PartName(view.Node.Name, number).ToString(), payload))];
}
