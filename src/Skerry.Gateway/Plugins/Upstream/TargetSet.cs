using System.Collections.Immutable;
using System.Globalization;

using Skerry.Catalog;

namespace Skerry.Gateway.Plugins.Upstream;

/// <summary>The instances of an upstream, kept in step with the catalog: a balancer made anew at each change that concerns it.</summary>
internal sealed class TargetSet : IDisposable
{
    private readonly UpstreamOptions _options;
    private readonly TargetRegistry _registry;
    private readonly ServiceCatalog? _catalog;
    private readonly IFarInstances? _far;
    private readonly Lock _gate = new();
    private ulong _seen;
    private bool _disposed;
    private volatile Balancer _balancer;

    public TargetSet(UpstreamOptions options, TargetRegistry registry, ServiceCatalog catalog, IFarInstances? far)
    {
        _options = options;
        _registry = registry;
        _catalog = options.Service.Length > 0 ? catalog : null;
        _balancer = new Balancer(options, []);
        if (_catalog is not null)
        {
            // What other groups have bears no tags that a forward could choose by.
            _far = options.Tag.Length == 0 ? far : null;
            _catalog.Changed += OnCatalogChanged;
            if (_far is not null) _far.Changed += OnFarChanged;
            OnCatalogChanged(_catalog.Current);
        }
        else
        {
            Replace([.. options.Addresses.Select(Parse).OfType<(string Host, int Port)>().Select(address => (address.Host, address.Port, 1))], areFar: false);
        }
    }

    /// <summary>The instances of this moment.</summary>
    public Balancer Balancer => _balancer;

    /// <summary>Reads <c>HOST:PORT</c>; null when it is none.</summary>
    public static (string Host, int Port)? Parse(string address)
    {
        var colon = address.LastIndexOf(':');
        if (colon <= 0 || !ushort.TryParse(address.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out var port) || port == 0) return null;
        var host = address[..colon].Trim('[', ']');
        return Uri.CheckHostName(host) == UriHostNameType.Unknown ? null : (host, port);
    }

    public void Dispose()
    {
        if (_catalog is not null) _catalog.Changed -= OnCatalogChanged;
        if (_far is not null) _far.Changed -= OnFarChanged;
        lock (_gate)
        {
            _disposed = true;
            foreach (var target in _balancer.Targets) _registry.Release(target.Host, target.Port);
            _balancer = new Balancer(_options, []);
        }
    }

    private void OnCatalogChanged(CatalogSnapshot snapshot)
    {
        lock (_gate)
        {
            // Groups come and go: their indexes count with the own group's.
            var index = snapshot.ServiceIndex(_options.Service) + snapshot.Groups.Values.Aggregate(0UL, (sum, group) => sum + group.Index + 1);
            if (index == _seen) return;
            _seen = index;
            Look(snapshot);
        }
    }

    private void OnFarChanged()
    {
        lock (_gate) Look(_catalog!.Current);
    }

    /// <summary>Under the lock.</summary>
    private void Look(CatalogSnapshot snapshot)
    {
        var isElsewhere = _options.Group.Length > 0 && snapshot.Groups.ContainsKey(_options.Group);
        ImmutableArray<(string Host, int Port, int Weight)> near = isElsewhere ? []
            : [.. Healthy(snapshot.Instances(_options.Service)).Select(entry => (entry.EffectiveAddress, entry.Service.Port, WeightOf(entry)))];
        // Asked for while they are not needed yet: then they are there when they are.
        var far = Far(snapshot);
        Replace(near.IsEmpty ? far : near, near.IsEmpty);
    }

    /// <summary>Instances of the group that is named, or of the nearest that has any.</summary>
    private ImmutableArray<(string Host, int Port, int Weight)> Far(CatalogSnapshot snapshot)
    {
        if (_far is null) return [];
        var nearest = snapshot.Groups.Values
            .Where(group => _options.Group.Length == 0 || group.Name == _options.Group)
            .Select(group => (group.Name, Instances: Healthy(group.Instances(_options.Service))))
            .Where(group => !group.Instances.IsEmpty)
            .OrderBy(group => group.Instances.Min(entry => _far.RoundTripTo(entry.Node.Name) ?? TimeSpan.MaxValue)).ThenBy(group => group.Name, StringComparer.Ordinal)
            .FirstOrDefault();
        if (nearest.Instances.IsDefaultOrEmpty) return [];
        return [.. nearest.Instances.Select(entry => (Address: _far.Find(entry), Entry: entry)).Where(found => found.Address is not null)
            .Select(found => (found.Address!.Address.ToString(), found.Address.Port, WeightOf(found.Entry)))];
    }

    private static int WeightOf(ServiceEntry entry) => entry.Status == CheckStatus.Warning ? entry.Service.Weights.Warning : entry.Service.Weights.Passing;

    private ImmutableArray<ServiceEntry> Healthy(ImmutableArray<ServiceEntry> instances) =>
        [.. instances.Where(entry => entry.Status != CheckStatus.Critical && entry.Service.Port > 0).Where(entry => _options.Tag.Length == 0 || entry.Service.Tags.Contains(_options.Tag))];

    private void Replace(ImmutableArray<(string Host, int Port, int Weight)> instances, bool areFar)
    {
        lock (_gate)
        {
            if (_disposed) return;
            // New shares before old ones go: an instance that stays keeps its connections.
            var targets = instances.Select(instance => new WeightedTarget(instance.Host, instance.Port, _registry.Acquire(instance.Host, instance.Port), instance.Weight, areFar)).ToImmutableArray();
            var before = _balancer.Targets;
            _balancer = new Balancer(_options, targets);
            foreach (var target in before) _registry.Release(target.Host, target.Port);
        }
    }
}
