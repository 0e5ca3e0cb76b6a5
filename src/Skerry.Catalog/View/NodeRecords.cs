namespace Skerry.Catalog.View;

/// <summary>What is known of one node, changed in place under the catalog's lock, with what changed since the last snapshot.</summary>
internal sealed class NodeRecords
{
    private static readonly SortedSet<string> None = new(StringComparer.Ordinal);
    private readonly Dictionary<string, SortedSet<string>> _checksOf = new(StringComparer.Ordinal);

    /// <summary>Its own word; null until its record has come.</summary>
    public CatalogNode? Facts { get; set; }

    public SortedDictionary<string, ServiceInstance> Services { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, CheckState> Checks { get; } = new(StringComparer.Ordinal);

    /// <summary>Payloads as they came, by kind and id: the same said again, with a new version, is no news.</summary>
    public Dictionary<(string Kind, string Id), ReadOnlyMemory<byte>> Payloads { get; } = [];

    /// <summary>Membership's word; null while membership has not spoken of it.</summary>
    public NodeLiveness? Liveness { get; set; }

    /// <summary>Address membership knows it by.</summary>
    public string Address { get; set; } = "";

    /// <summary>Index at which liveness last changed.</summary>
    public ulong LivenessIndex { get; set; }

    /// <summary>Records without membership's word are kept and not shown: one of the two is on its way.</summary>
    public bool IsShown => Liveness is NodeLiveness.Alive or NodeLiveness.Failed;

    public bool IsEmpty => Liveness is null && Payloads.Count == 0;

    /// <summary>Whether facts or liveness changed.</summary>
    public bool IsTouched { get; set; }

    public SortedSet<string> TouchedServices { get; } = new(StringComparer.Ordinal);

    public SortedSet<string> TouchedChecks { get; } = new(StringComparer.Ordinal);

    /// <summary>Ids of the checks of a service, or with an empty id of the node's own, in ordinal order.</summary>
    public IReadOnlyCollection<string> ChecksOf(string serviceId) => _checksOf.GetValueOrDefault(serviceId, None);

    public void SetService(string id, ServiceInstance? service)
    {
        if (service is null) Services.Remove(id);
        else Services[id] = service;
        TouchedServices.Add(id);
        // They bear the service's name and tags.
        TouchedChecks.UnionWith(ChecksOf(id));
    }

    public void SetCheck(string id, CheckState? check)
    {
        if (Checks.Remove(id, out var before)) Unlink(before.Definition.ServiceId, id);
        TouchedChecks.Add(id);
        if (check is null) return;
        Checks[id] = check;
        var serviceId = check.Definition.ServiceId;
        if (!_checksOf.TryGetValue(serviceId, out var ids)) _checksOf[serviceId] = ids = new SortedSet<string>(StringComparer.Ordinal);
        ids.Add(id);
    }

    public void ClearTouched()
    {
        IsTouched = false;
        TouchedServices.Clear();
        TouchedChecks.Clear();
    }

    private void Unlink(string serviceId, string id)
    {
        var ids = _checksOf[serviceId];
        ids.Remove(id);
        if (ids.Count == 0) _checksOf.Remove(serviceId);
    }
}
