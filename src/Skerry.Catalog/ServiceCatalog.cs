using System.Collections.Immutable;
using System.Diagnostics.Metrics;

using Microsoft.Extensions.Logging;

using Skerry.Catalog.Local;
using Skerry.Catalog.Sites;
using Skerry.Catalog.View;
using Skerry.Replication;
using Skerry.Storage;

namespace Skerry.Catalog;

/// <summary>
/// The service catalog: this node's own services and checks, and the group's as replicated to it. Every method may be called from any thread; a cancelled
/// wait takes nothing back that was begun.
/// </summary>
public sealed class ServiceCatalog : IAsyncDisposable
{
    /// <summary>Records whose owner membership does not speak of in this time are dropped: it left before this node came.</summary>
    private static readonly TimeSpan UnspokenFor = TimeSpan.FromHours(24);

    private readonly CatalogOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly CatalogMetrics _metrics;

    // Order of locks: the registry's, then this, then the replicator's. Who listens to Changed is called under none of them.
    private readonly Lock _viewGate = new();
    private readonly CatalogView _view;
    private readonly Replicator _replicator;
    private readonly SiteBridge? _sites;
    private readonly GroupNews _news;
    private readonly LocalRegistry _local;
    private readonly ChangeCaller _caller;
    private HashSet<string> _unspoken = new(StringComparer.Ordinal);
    private ITimer? _sweep;
    private volatile CatalogSnapshot _current = CatalogSnapshot.Empty;
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>A catalog that knows its own node; it talks to others and runs checks from <see cref="StartAsync"/> on.</summary>
    /// <param name="options">This node.</param>
    /// <param name="transport">How other nodes are reached; null: there are none.</param>
    /// <param name="time">For checks and versions.</param>
    /// <param name="loggers">For the log.</param>
    /// <param name="meters">For counters.</param>
    /// <param name="wide">How bridges of all groups are reached while this node is one: its peers are those it is connected to; null: it is never one.</param>
    public ServiceCatalog(
        CatalogOptions options, IReplicationTransport? transport, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters, IReplicationTransport? wide = null)
    {
        _options = options;
        _time = time;
        _logger = loggers.CreateLogger("Skerry.Catalog");
        _metrics = new CatalogMetrics(meters, () => _current);
        _caller = new ChangeCaller(() => _current, _logger);
        _view = new CatalogView(options.Group);
        _news = new GroupNews(options.NodeName, _logger);
        _replicator = new Replicator(options.NodeName, transport ?? new NoPeers(), Hear, time, loggers, meters);
        _sites = wide is null ? null : new SiteBridge(options, wide, _viewGate, time, loggers, meters, _metrics, _logger)
        {
            Current = () => _current,
            Tell = changes => Publish(changes),
            CountSaid = () => _view.CountSaidBy(options.NodeName),
        };
        _local = new LocalRegistry(options, Say, time, _metrics, _logger);
    }

    /// <summary>
    /// Called after <see cref="Current"/> was swapped, with the newest snapshot; swaps that follow each other quickly are told as one. One call at a time,
    /// under no lock of the catalog.
    /// </summary>
    public event Action<CatalogSnapshot>? Changed
    {
        add => _caller.Add(value);
        remove => _caller.Remove(value);
    }

    /// <summary>The group as seen now: one volatile read.</summary>
    public CatalogSnapshot Current => _current;

    /// <summary>Whether this node speaks for its group to others now: one of the first few of those alive and willing, as its own view has it.</summary>
    public bool IsBridge => _current.Bridges.ContainsKey(_options.NodeName);

    /// <summary>The tunnels of all groups' bridges by name, as <see cref="CatalogSnapshot.Bridges"/>: whom a bridge connects to. <see cref="Changed"/> tells of changes.</summary>
    public ImmutableSortedDictionary<string, TunnelFacts> Bridges => _current.Bridges;

    /// <summary>This node's services by id.</summary>
    public ImmutableSortedDictionary<string, LocalService> LocalServices => _local.Services;

    /// <summary>This node's checks by id, with the newest output.</summary>
    public ImmutableSortedDictionary<string, CheckState> LocalChecks => _local.Checks;

    /// <summary>Takes up what was registered before a restart, begins to run checks and to talk to other nodes.</summary>
    /// <exception cref="StorageException">The file with the registrations is there and cannot be read; a damaged one is set aside instead.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        SetLiveness(_options.NodeName, _options.Address, NodeLiveness.Alive);
        await _local.StartAsync(cancellation);
        _replicator.Start();
        _sites?.Start();
        _sweep = _time.CreateTimer(_ => DropUnspoken(), null, UnspokenFor, UnspokenFor);
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

    /// <summary>Adds or replaces a service of this node and its checks, on disk and with neighbours before it returns (at most 300 ms are waited for them).</summary>
    /// <param name="service">The instance; its node is set.</param>
    /// <param name="checks">Its checks; their service is set. One registered again keeps what it says until its next result.</param>
    /// <param name="replaceExistingChecks">Whether checks of the service that are not among these end.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="CatalogException">A field is not allowed.</exception>
    /// <exception cref="StorageException">The disk refuses; nothing has changed.</exception>
    public Task RegisterServiceAsync(ServiceInstance service, ImmutableArray<CheckDefinition> checks, bool replaceExistingChecks, CancellationToken cancellation) =>
        _local.RegisterServiceAsync(service, checks, replaceExistingChecks, cancellation);

    /// <summary>
    /// Takes some services of this node away and puts others in their place, all in one step: either every one of them or, on an exception, none. Checks of
    /// theirs that are not given end; one whose id another service has leaves that service for this.
    /// </summary>
    /// <param name="ended">Ids of services to take away; those that are not there are passed over.</param>
    /// <param name="services">Services to add or replace.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="CatalogException">A field of one is not allowed.</exception>
    /// <exception cref="StorageException">The disk refuses.</exception>
    public Task ReplaceServicesAsync(IReadOnlyCollection<string> ended, IReadOnlyCollection<ServiceRegistration> services, CancellationToken cancellation) =>
        _local.ReplaceServicesAsync(ended, services, cancellation);

    /// <summary>Checks a service as a registration would, and changes nothing.</summary>
    /// <exception cref="CatalogException">A field is not allowed.</exception>
    public static void Validate(ServiceInstance service) => RegistrationRules.Service(service);

    /// <summary>Checks a check as a registration with a node of these options would, and changes nothing.</summary>
    /// <exception cref="CatalogException">A field is not allowed.</exception>
    public static void Validate(CheckDefinition check, CatalogOptions options) => RegistrationRules.Check(check, options);

    /// <summary>Checks services as <see cref="ReplaceServicesAsync"/> would, and changes nothing.</summary>
    /// <exception cref="CatalogException">A field is not allowed.</exception>
    public void Validate(IReadOnlyCollection<ServiceRegistration> services) => _local.Validate(services);

    /// <summary>Removes a service of this node with its checks; false when there is none.</summary>
    public Task<bool> DeregisterServiceAsync(string serviceId, CancellationToken cancellation) => _local.DeregisterServiceAsync(serviceId, cancellation);

    /// <summary>Adds or replaces a check of this node.</summary>
    /// <exception cref="CatalogException">A field is not allowed, or the service is unknown.</exception>
    /// <exception cref="StorageException">The disk refuses; nothing has changed.</exception>
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

    /// <summary>Says how this node is reached through the tunnel, in place of what it said before. Not kept across a restart.</summary>
    /// <param name="facts">At most <see cref="TunnelFacts.MaxAddresses"/> addresses.</param>
    /// <param name="cancellation">Ends the wait for neighbours; what was said stands.</param>
    /// <exception cref="CatalogException">Too many addresses, or one too long.</exception>
    public Task SetTunnelAsync(TunnelFacts facts, CancellationToken cancellation) => _local.SetTunnelAsync(facts, cancellation);

    /// <summary>Says how this node follows what its group has agreed on for gateways, in place of what it said before. Not kept across a restart.</summary>
    /// <param name="facts">At most <see cref="GatewayFacts.MaxFaults"/> faults.</param>
    /// <param name="cancellation">Ends the wait for neighbours; what was said stands.</param>
    /// <exception cref="CatalogException">Too many faults, or one too long.</exception>
    public Task SetGatewayAsync(GatewayFacts facts, CancellationToken cancellation) => _local.SetGatewayAsync(facts, cancellation);

    /// <summary>Tells what membership says of a node; <see cref="Current"/> has it when this returns. The transport's peers are looked at again.</summary>
    public void SetLiveness(string node, string address, NodeLiveness liveness)
    {
        // This node is alive to itself as long as it runs, whatever an echo of the past says.
        if (node == _options.NodeName && liveness != NodeLiveness.Alive) return;
        lock (_viewGate)
        {
            if (liveness == NodeLiveness.Gone) _replicator.Forget(node);
            else _replicator.Revive(node);
            _view.SetLiveness(node, address, liveness);
            Swap();
        }

        _replicator.PeersChanged();
    }

    /// <summary>
    /// The bridges that the wide transport is connected to have changed: its peers are looked at again, under the catalog's locks. So call it under no lock that
    /// the transport takes to name its peers.
    /// </summary>
    public void WidePeersChanged() => _sites?.PeersChanged();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (_sweep is not null) await _sweep.DisposeAsync();
        await _local.DisposeAsync();
        if (_sites is not null) await _sites.DisposeAsync();
        await _replicator.DisposeAsync();
        await _caller.DisposeAsync();
    }

    /// <summary>This node's own word.</summary>
    private Task Say(IReadOnlyCollection<RecordChange> changes)
    {
        lock (_viewGate)
        {
            _sites?.MakeRoom(changes.Count(change => change.Payload is not null && !_view.IsSaid(_options.NodeName, change.Kind, change.Id)));
            return Publish(changes);
        }
    }

    /// <summary>Said by this node, under the lock.</summary>
    private Task Publish(IReadOnlyCollection<RecordChange> changes)
    {
        var telling = _replicator.PublishAsync(changes, CancellationToken.None);
        foreach (var change in changes) Take(new Record(_options.NodeName, change.Kind, change.Id, 0, change.Payload));
        Swap();
        return telling;
    }

    /// <summary>Other nodes' word.</summary>
    private void Hear(ImmutableArray<Record> records)
    {
        lock (_viewGate)
        {
            // A node may have gone between the moment its record came in and now.
            foreach (var record in records)
            {
                if (!_replicator.IsForgotten(record.Owner)) Take(record);
            }

            Swap();
        }
    }

    private void Take(Record record)
    {
        if (_view.TryApply(record)) return;
        _metrics.RecordRefused();
        CatalogLog.RecordRefused(_logger, record.Kind, record.Id, record.Owner);
    }

    private void Swap()
    {
        if (!_view.TrySwap()) return;
        _news.Note(_current, _view.Current);
        _current = _view.Current;
        _sites?.Touch();
        Interlocked.Exchange(ref _changed, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        _caller.Call();
    }

    private void DropUnspoken()
    {
        lock (_viewGate)
        {
            var unspoken = _view.Unspoken.ToHashSet(StringComparer.Ordinal);
            foreach (var owner in unspoken.Where(_unspoken.Contains))
            {
                _replicator.Forget(owner);
                _view.Drop(owner);
            }

            _unspoken = unspoken;
            Swap();
        }
    }
}
