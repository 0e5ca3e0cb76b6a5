using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

using Skerry.Catalog;
using Skerry.Gateway;
using Skerry.Proxy;

namespace Skerry.Agent.Adapters;

/// <summary>The gateway reaches instances of other groups through forwards of the proxy, one for each it asks for, for as long as the instance is known.</summary>
internal sealed class ProxyFarInstances : IFarInstances, IDisposable
{
    private readonly ProxyServer _proxy;
    private readonly ServiceCatalog _catalog;
    private readonly INodeDistances _distances;
    private readonly ConcurrentDictionary<(string Group, string Node, string Service, string Id), Task<ForwardState?>> _opened = new();

    /// <param name="proxy">Opens the forwards.</param>
    /// <param name="catalog">Knows which instances there are.</param>
    /// <param name="distances">Knows how far nodes are.</param>
    public ProxyFarInstances(ProxyServer proxy, ServiceCatalog catalog, INodeDistances distances)
    {
        (_proxy, _catalog, _distances) = (proxy, catalog, distances);
        catalog.Changed += Prune;
    }

    public event Action? Changed;

    public IPEndPoint? Find(ServiceEntry instance)
    {
        var opened = _opened.GetOrAdd((instance.Node.Group, instance.Node.Name, instance.Service.Name, instance.Service.Id), OpenAsync);
        return opened.IsCompletedSuccessfully ? opened.Result?.Address : null;
    }

    public void Announce(IPEndPoint client, ActivityContext trace) => _proxy.Expect(client, trace);

    public TimeSpan? RoundTripTo(string node) => _distances.RoundTripTo(node);

    public void Dispose() => _catalog.Changed -= Prune;

    private async Task<ForwardState?> OpenAsync((string Group, string Node, string Service, string Id) wanted)
    {
        // The caller holds its lock: what is told of it comes later, and from elsewhere.
        await Task.Yield();
        try
        {
            var options = new ForwardOptions { Service = wanted.Service, Group = wanted.Group, Instance = $"{wanted.Node}/{wanted.Id}", Listen = new IPEndPoint(IPAddress.Loopback, 0) };
            return await _proxy.OpenForwardAsync(options, CancellationToken.None);
        }
        catch (Exception refused) when (refused is ProxyException or ObjectDisposedException)
        {
            _opened.TryRemove(wanted, out _);
            return null;
        }
        finally
        {
            _ = Task.Run(() => Changed?.Invoke());
        }
    }

    private void Prune(CatalogSnapshot now)
    {
        foreach (var (wanted, opened) in _opened)
        {
            var isThere = now.Groups.TryGetValue(wanted.Group, out var group)
                && group.InstancesOn(wanted.Node).Any(entry => entry.Service.Id == wanted.Id && entry.Service.Name == wanted.Service);
            if (isThere || !_opened.TryRemove(wanted, out _)) continue;
            _ = opened.ContinueWith(open => open.Result is { } forward ? _proxy.CloseForwardAsync(forward.Id) : Task.CompletedTask, TaskScheduler.Default);
        }
    }
}
