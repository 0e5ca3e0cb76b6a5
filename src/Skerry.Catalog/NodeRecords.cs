namespace Skerry.Catalog;

/// <summary>What is known of one node, changed in place by the one thread that applies news.</summary>
internal sealed class NodeRecords
{
    /// <summary>Its own word; null until its record has come.</summary>
    public CatalogNode? Facts { get; set; }

    public SortedDictionary<string, ServiceInstance> Services { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, CheckState> Checks { get; } = new(StringComparer.Ordinal);

    /// <summary>Membership's word; null while membership has not spoken of it.</summary>
    public NodeLiveness? Liveness { get; set; }

    /// <summary>Address membership knows it by.</summary>
    public string Address { get; set; } = "";

    public ulong CreateIndex { get; set; }

    /// <summary>Index at which liveness last changed.</summary>
    public ulong LivenessIndex { get; set; }

    public bool IsShown => Liveness is NodeLiveness.Alive or NodeLiveness.Failed;
}
