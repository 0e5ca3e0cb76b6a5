using System.Collections.Immutable;

using Skerry.Catalog.Sites;

namespace Skerry.Catalog.View;

/// <summary>What one bridge of this group tells of one other group, changed in place under the catalog's lock, with what changed since it was looked at.</summary>
internal sealed class RemoteRecords
{
    private readonly SortedDictionary<string, SortedDictionary<int, RemotePart>> _nodes = new(StringComparer.Ordinal);
    private int _parts;

    /// <summary>Null until it has come.</summary>
    public GroupFacts? Facts { get; set; }

    /// <summary>Names of the nodes, in ordinal order.</summary>
    public IEnumerable<string> Nodes => _nodes.Keys;

    /// <summary>Nodes that changed.</summary>
    public SortedSet<string> Touched { get; } = new(StringComparer.Ordinal);

    /// <summary>Whether all it says it tells has come.</summary>
    public bool IsComplete => Facts is { } facts && _parts >= facts.Records;

    public bool IsEmpty => Facts is null && _parts == 0;

    /// <summary>What is told of a node, the first part first; empty when that has not come.</summary>
    public ImmutableArray<RemotePart> PartsOf(string node) => _nodes.TryGetValue(node, out var parts) && parts.ContainsKey(0) ? [.. parts.Values] : [];

    public void Set(PartName name, RemotePart? part)
    {
        var isKnown = _nodes.TryGetValue(name.Node, out var parts);
        if (isKnown && parts!.Remove(name.Number)) _parts--;
        Touched.Add(name.Node);
        if (part is not null)
        {
            if (!isKnown) _nodes[name.Node] = parts = [];
            parts![name.Number] = part;
            _parts++;
        }
        else if (parts is { Count: 0 })
        {
            _nodes.Remove(name.Node);
        }
    }
}
