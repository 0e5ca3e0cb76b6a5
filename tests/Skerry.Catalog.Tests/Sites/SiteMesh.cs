using Skerry.Replication.Tests;

namespace Skerry.Catalog.Tests.Sites;

/// <summary>Groups of a few nodes each, every group with a network of its own, and one network between those that are willing to be bridges.</summary>
internal sealed class SiteMesh : IAsyncDisposable
{
    /// <summary>Longer than a machine with other work stands still: else groups are lost and found again all the time.</summary>
    private static readonly TimeSpan UnreachableAfter = TimeSpan.FromSeconds(2);

    private readonly SortedDictionary<string, InMemoryNetwork> _networks = new(StringComparer.Ordinal);

    /// <summary>What joins the groups.</summary>
    public InMemoryNetwork Wide { get; } = new();

    /// <summary>The catalogs that run, by node.</summary>
    public SortedDictionary<string, ServiceCatalog> Catalogs { get; } = new(StringComparer.Ordinal);

    public SortedDictionary<string, WideDoor> Doors { get; } = new(StringComparer.Ordinal);

    public TestMeters Meters { get; } = new();

    public ServiceCatalog this[string node] => Catalogs[node];

    /// <summary>Three groups of three nodes, all willing: <c>atoll-1</c> to <c>cape-3</c>.</summary>
    public static async Task<SiteMesh> StartAsync()
    {
        var mesh = new SiteMesh();
        foreach (var group in (string[])["atoll", "bay", "cape"])
        {
            for (var number = 1; number <= 3; number++) await mesh.AddAsync($"{group}-{number}");
        }

        mesh.Look();
        return mesh;
    }

    public static string GroupOf(string node) => node.Split('-')[0];

    public static TunnelFacts TunnelOf(string node) => new() { Addresses = [$"/dns4/{node}.example/tcp/20006"], Zone = GroupOf(node), IsBridge = true };

    /// <summary>The network inside a group.</summary>
    public InMemoryNetwork Lan(string group) => _networks[group];

    /// <summary>Adds a node to its group; <see cref="Look"/> makes it known.</summary>
    public async Task<ServiceCatalog> AddAsync(string name, bool isWilling = true)
    {
        if (!_networks.TryGetValue(GroupOf(name), out var network)) _networks[GroupOf(name)] = network = new InMemoryNetwork();
        var options = Examples.Options(name) with { Group = GroupOf(name), GroupUnreachableAfter = UnreachableAfter };
        if (isWilling) Doors[name] = new WideDoor(Wide.Join(name));
        var catalog = Examples.Catalog(options, network.Join(name), meters: Meters, wide: isWilling ? Doors[name] : null);
        if (isWilling) await catalog.SetTunnelAsync(TunnelOf(name), CancellationToken.None);
        await catalog.StartAsync(CancellationToken.None);
        Catalogs[name] = catalog;
        return catalog;
    }

    /// <summary>Membership and connections are looked at again, everywhere.</summary>
    public void Look()
    {
        foreach (var (name, catalog) in Catalogs)
        {
            foreach (var other in OthersOf(name)) catalog.SetLiveness(other, "127.0.0.1", NodeLiveness.Alive);
            catalog.WidePeersChanged();
        }
    }

    /// <summary>Ends a node, and lets its group know that it failed.</summary>
    public async Task KillAsync(string name)
    {
        var others = OthersOf(name).ToArray();
        Catalogs.Remove(name, out var killed);
        _networks[GroupOf(name)].Leave(name);
        Wide.Leave(name);
        await killed!.DisposeAsync();
        foreach (var other in others) Catalogs[other].SetLiveness(name, "127.0.0.1", NodeLiveness.Failed);
        foreach (var catalog in Catalogs.Values) catalog.WidePeersChanged();
    }

    /// <summary>Cuts a group off from all others, or mends that.</summary>
    public void SetCut(string group, bool isCut)
    {
        foreach (var inside in Doors.Keys.Where(name => GroupOf(name) == group))
        {
            foreach (var outside in Doors.Keys.Where(name => GroupOf(name) != group)) Wide.SetCut(inside, outside, isCut);
        }

        foreach (var catalog in Catalogs.Values) catalog.WidePeersChanged();
    }

    /// <summary>What a node sees of another group; null when it does not know it.</summary>
    public RemoteGroup? View(string node, string group) => Catalogs[node].Current.Groups.GetValueOrDefault(group);

    /// <summary>Waits until every node of the other groups sees a group so.</summary>
    public Task SeenAsync(string group, Func<RemoteGroup, bool> condition) => Eventually.HoldsAsync(
        () => Catalogs.Keys.Where(name => GroupOf(name) != group).All(name => View(name, group) is { } view && condition(view)),
        () => string.Join("; ", Catalogs.Keys.Where(name => GroupOf(name) != group).Select(name => $"{name}: {Describe(View(name, group))}")));

    public async ValueTask DisposeAsync()
    {
        foreach (var catalog in Catalogs.Values) await catalog.DisposeAsync();
        Meters.Dispose();
    }

    private static string Describe(RemoteGroup? view) => view is null
        ? "unknown"
        : $"{(view.IsReachable ? "reachable" : "unreachable")} via {view.Via}, {string.Join(',', view.Nodes.Values.Select(node => node.Name + (node.Alive ? "" : "!")))}: {string.Join(',', view.ServiceNames)}";

    private IEnumerable<string> OthersOf(string name) => Catalogs.Keys.Where(other => other != name && GroupOf(other) == GroupOf(name));
}
