using System.Collections.Immutable;
using System.Diagnostics.Metrics;

using Microsoft.Extensions.Logging;

using Skerry.Replication;

namespace Skerry.Catalog;

/// <summary>The service catalog: this node's own services and checks, and the group's as replicated to it.</summary>
public sealed class ServiceCatalog : IAsyncDisposable
{
    private readonly CatalogOptions _options;
    private readonly Lock _viewGate = new();
    private readonly CatalogView _view;
    private readonly Replicator _replicator;
    private readonly LocalRegistry _local;
    private volatile CatalogSnapshot _current = CatalogSnapshot.Empty;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A catalog that knows its own node; it talks to others from <see cref="StartAsync"/> on.</summary>
    /// <param name="options">This node.</param>
    /// <param name="transport">How other nodes are reached; null: there are none.</param>
    /// <param name="time">For checks and versions.</param>
    /// <param name="loggers">For the log.</param>
    /// <param name="meters">For counters.</param>
    public ServiceCatalog(CatalogOptions options, IReplicationTransport? transport, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters)
    {
        _options = options;
        _view = new CatalogView(options.Group);
        _replicator = new Replicator(options.NodeName, transport ?? new NoPeers(), Apply, time, meters);
        _local = new LocalRegistry(options, _replicator, time, loggers.CreateLogger("Skerry.Catalog"));
    }

    /// <summary>Called after every swap of <see cref="Current"/>, on the catalog's thread: keep it short.</summary>
    public event Action<CatalogSnapshot>? Changed;

    /// <summary>The group as seen now: one volatile read.</summary>
    public CatalogSnapshot Current => _current;

    /// <summary>This node's services by id.</summary>
    public ImmutableSortedDictionary<string, LocalService> LocalServices => _local.Services;

    /// <summary>This node's checks by id.</summary>
    public ImmutableSortedDictionary<string, CheckState> LocalChecks => _local.Checks;

    /// <summary>Takes up what was registered before a restart, and begins to talk to other nodes.</summary>
    public async Task StartAsync(CancellationToken cancellation)
    {
        SetLiveness(_options.NodeName, _options.Address, NodeLiveness.Alive);
        await _local.StartAsync(cancellation);
        _replicator.Start();
    }

    /// <summary>Waits until the snapshot is newer than <paramref name="seen"/>, then returns it at once.</summary>
    public async Task<CatalogSnapshot> NextAsync(CatalogSnapshot seen, CancellationToken cancellation)
    {
        while (true)
        {
            var changed = Volatile.Read(ref _changed);
            if (_current.Index > seen.Index) return _current;
            await changed.Task.WaitAsync(cancellation);
        }
    }

    /// <summary>Adds or replaces a service of this node and its checks, on disk and with neighbours before it returns.</summary>
    /// <exception cref="CatalogException">A field is not allowed.</exception>
    public Task RegisterServiceAsync(ServiceInstance service, ImmutableArray<CheckDefinition> checks, bool replaceExistingChecks, CancellationToken cancellation) =>
        _local.RegisterServiceAsync(service, checks, replaceExistingChecks, cancellation);

    /// <summary>Removes a service of this node with its checks; false when there is none.</summary>
    public Task<bool> DeregisterServiceAsync(string serviceId, CancellationToken cancellation) => _local.DeregisterServiceAsync(serviceId, cancellation);

    /// <summary>Adds or replaces a check of this node.</summary>
    /// <exception cref="CatalogException">A field is not allowed, or the service is unknown.</exception>
    public Task RegisterCheckAsync(CheckDefinition check, CancellationToken cancellation) => _local.RegisterCheckAsync(check, cancellation);

    /// <summary>Removes a check of this node; false when there is none.</summary>
    public Task<bool> DeregisterCheckAsync(string checkId, CancellationToken cancellation) => _local.DeregisterCheckAsync(checkId, cancellation);

    /// <summary>A TTL check's report; false when there is no such check.</summary>
    /// <exception cref="CatalogException">The check is not a TTL check.</exception>
    public Task<bool> ReportTtlAsync(string checkId, CheckStatus status, string output, CancellationToken cancellation) =>
        _local.ReportTtlAsync(checkId, status, output, cancellation);

    /// <summary>Puts this node in or out of maintenance.</summary>
    public Task SetNodeMaintenanceAsync(bool enabled, string reason, CancellationToken cancellation) =>
        _local.SetMaintenanceAsync(null, enabled, reason, cancellation);

    /// <summary>Puts one service in or out of maintenance; false when there is no such service.</summary>
    public Task<bool> SetServiceMaintenanceAsync(string serviceId, bool enabled, string reason, CancellationToken cancellation) =>
        _local.SetMaintenanceAsync(serviceId, enabled, reason, cancellation);

    /// <summary>Tells what membership says of a node.</summary>
    public void SetLiveness(string node, string address, NodeLiveness liveness)
    {
        // This node is alive to itself as long as it runs, whatever an echo of the past says.
        if (node == _options.NodeName && liveness != NodeLiveness.Alive) return;
        if (liveness != NodeLiveness.Gone) _replicator.Revive(node);
        lock (_viewGate)
        {
            _view.SetLiveness(node, address, liveness);
            Swap();
        }

        if (liveness == NodeLiveness.Gone) _replicator.Forget(node);
        _replicator.PeersChanged();
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _local.DisposeAsync();
        await _replicator.DisposeAsync();
    }

    private void Apply(ImmutableArray<Record> records)
    {
        lock (_viewGate)
        {
            foreach (var record in records) _view.Apply(record);
            Swap();
        }
    }

    private void Swap()
    {
        if (!_view.TrySwap()) return;
        _current = _view.Current;
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        Changed?.Invoke(_current);
    }
}
