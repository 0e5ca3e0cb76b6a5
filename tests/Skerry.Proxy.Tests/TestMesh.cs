using System.Collections.Concurrent;
using System.Collections.Immutable;

using Skerry.Catalog;
using Skerry.Catalog.View;
using Skerry.Replication.Tests;

namespace Skerry.Proxy.Tests;

/// <summary>Nodes of several groups in one process: real catalogs and real sockets inside a group, streams in memory between groups. Ends with nothing left open.</summary>
internal sealed class TestMesh(TimeProvider? time = null) : IAsyncDisposable
{
    private readonly Dictionary<string, InMemoryNetwork> _networks = new(StringComparer.Ordinal);
    private readonly List<IAsyncDisposable> _servers = [];

    public TimeProvider Time { get; } = time ?? TimeProvider.System;

    public ConcurrentDictionary<string, TestNode> Nodes { get; } = new(StringComparer.Ordinal);

    public InMemoryNetwork NetworkOf(string group) => _networks.TryGetValue(group, out var network) ? network : _networks[group] = new InMemoryNetwork();

    /// <summary>Starts a node; its group's others hear of it.</summary>
    public async Task<TestNode> AddAsync(string name, string group = "reef", string? directory = null)
    {
        var node = Nodes[name] = await TestNode.StartAsync(this, name, group, directory);
        foreach (var other in Nodes.Values.Where(other => other.Group == group && other != node))
        {
            other.Catalog.SetLiveness(name, "127.0.0.1", NodeLiveness.Alive);
            node.Catalog.SetLiveness(other.Name, "127.0.0.1", NodeLiveness.Alive);
        }

        return node;
    }

    public T Add<T>(T server)
        where T : IAsyncDisposable
    {
        _servers.Add(server);
        return server;
    }

    /// <summary>What a node sees: its own group as its catalog has it, and of other groups what they export.</summary>
    public CatalogSnapshot SnapshotOf(TestNode node)
    {
        var own = node.Catalog.Current;
        var groups = Nodes.Values.Where(other => other.Group != node.Group).GroupBy(other => other.Group, StringComparer.Ordinal);
        return new CatalogSnapshot
        {
            Index = own.Index,
            Nodes = own.Nodes,
            Views = own.Views,
            Services = own.Services,
            Groups = groups.ToImmutableSortedDictionary(group => group.Key, Remote, StringComparer.Ordinal),
        };
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in _servers) await server.DisposeAsync();
        try
        {
            // Who has gone away has left nothing behind.
            await Eventually.HoldsAsync(() => Nodes.Values.All(node => node.Proxy.OpenFlows == 0 && node.Proxy.Loads.Total == 0 && node.Meters.Sum("skerry.proxy.flows") == 0), State);
        }
        finally
        {
            foreach (var node in Nodes.Values) await node.DisposeAsync();
        }
    }

    private string State() => string.Join("; ", Nodes.Values.Select(node => $"{node.Name}: {node.Proxy.OpenFlows} flows, {node.Proxy.Loads.Total} loads, meter {node.Meters.Sum("skerry.proxy.flows")}"));

    private static RemoteGroup Remote(IGrouping<string, TestNode> nodes)
    {
        var entries = nodes
            .SelectMany(node => node.Catalog.Current.InstancesOn(node.Name))
            .Where(entry => entry.Service.Exported)
            .OrderBy(entry => entry.Node.Name, StringComparer.Ordinal).ThenBy(entry => entry.Service.Id, StringComparer.Ordinal)
            .GroupBy(entry => entry.Service.Name, StringComparer.Ordinal);
        return new RemoteGroup
        {
            Name = nodes.Key,
            IsReachable = true,
            Via = "bridge",
            Nodes = nodes.ToImmutableSortedDictionary(node => node.Name, node => node.Catalog.Current.Nodes[node.Name], StringComparer.Ordinal),
            Services = entries.ToImmutableSortedDictionary(service => service.Key, service => new ServiceView(1, [.. service]), StringComparer.Ordinal),
        };
    }
}
