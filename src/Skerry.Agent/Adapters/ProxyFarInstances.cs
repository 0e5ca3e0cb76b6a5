using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;

using Microsoft.Extensions.Logging;

using Skerry.Catalog;
using Skerry.Gateway;
using Skerry.Proxy;

namespace Skerry.Agent.Adapters;

/// <summary>The gateway reaches instances of other groups through forwards of the proxy, one for each it asks for, for as long as the instance is known.</summary>
internal sealed class ProxyFarInstances : IFarInstances, IDisposable
{
    /// <summary>After this an address that could not be had is asked for again.</summary>
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(5);

    private readonly ProxyServer _proxy;
    private readonly ServiceCatalog _catalog;
    private readonly INodeDistances _distances;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CancellationTokenSource _stopping = new();
    private readonly ConcurrentDictionary<FarInstance, Lazy<Task<ForwardState?>>> _opened = new();

    /// <param name="proxy">Opens the forwards.</param>
    /// <param name="catalog">Knows which instances there are.</param>
    /// <param name="distances">Knows how far nodes are.</param>
    /// <param name="time">For what has to be tried again.</param>
    /// <param name="logger">For what cannot be reached.</param>
    public ProxyFarInstances(ProxyServer proxy, ServiceCatalog catalog, INodeDistances distances, TimeProvider time, ILogger logger)
    {
        (_proxy, _catalog, _distances, _time, _logger) = (proxy, catalog, distances, time, logger);
        catalog.Changed += Prune;
    }

    public event Action? Changed;

    public IPEndPoint? Find(ServiceEntry instance)
    {
        var wanted = new FarInstance(instance.Node.Group, instance.Node.Name, instance.Service.Name, instance.Service.Id);
        var opening = _opened.GetOrAdd(wanted, static (wanted, self) => new Lazy<Task<ForwardState?>>(() => self.Open(wanted)), this).Value;
        return opening.IsCompletedSuccessfully ? opening.Result?.Address : null;
    }

    public void Announce(IPEndPoint client, ActivityContext trace) => _proxy.Expect(client, trace);

    public TimeSpan? RoundTripTo(string node) => _distances.RoundTripTo(node);

    public void Dispose()
    {
        _catalog.Changed -= Prune;
        _stopping.Cancel();
    }

    private Task<ForwardState?> Open(FarInstance wanted)
    {
        var opening = OpenAsync(wanted);
        _ = TellAsync(opening);
        return opening;
    }

    /// <summary>Goes on trying for as long as the instance is wanted.</summary>
    private async Task<ForwardState?> OpenAsync(FarInstance wanted)
    {
        var options = new ForwardOptions { Service = wanted.Service, Group = wanted.Group, Instance = $"{wanted.Node}/{wanted.Id}", Listen = new IPEndPoint(IPAddress.Loopback, 0) };
        // The caller holds its lock.
        await Task.Yield();
        while (!_stopping.IsCancellationRequested && _opened.ContainsKey(wanted))
        {
            try
            {
                return await _proxy.OpenForwardAsync(options, CancellationToken.None);
            }
            catch (ProxyException refused)
            {
                AgentLog.FarInstanceWithoutAddress(_logger, wanted.Id, wanted.Node, wanted.Group, refused.Message);
            }
            catch (ObjectDisposedException)
            {
                return null;
            }

            await Task.Delay(RetryAfter, _time, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return null;
    }

    /// <summary>Only once the address is there: it is told of once, and who asks then must find it.</summary>
    private async Task TellAsync(Task<ForwardState?> opening)
    {
        if (await opening is not null) Changed?.Invoke();
    }

    private void Prune(CatalogSnapshot now)
    {
        foreach (var wanted in _opened.Keys)
        {
            var isThere = now.Groups.TryGetValue(wanted.Group, out var group)
                && group.InstancesOn(wanted.Node).Any(entry => entry.Service.Id == wanted.Id && entry.Service.Name == wanted.Service);
            if (isThere || !_opened.TryRemove(wanted, out var opening)) continue;
            _ = opening.Value.ContinueWith(open => open.Result is { } forward ? _proxy.CloseForwardAsync(forward.Id) : Task.CompletedTask, TaskScheduler.Default);
        }
    }

    private readonly record struct FarInstance(string Group, string Node, string Service, string Id);
}
