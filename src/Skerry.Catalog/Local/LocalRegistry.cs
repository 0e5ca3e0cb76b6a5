using System.Collections.Immutable;

using Microsoft.Extensions.Logging;

using Skerry.Catalog.Checks;
using Skerry.Catalog.Records;
using Skerry.Replication;
using Skerry.Storage;

namespace Skerry.Catalog.Local;

/// <summary>
/// What is registered with this node: kept on disk, checked here, told to the group. A change is written first, then made, then told, so that what was
/// acknowledged survives.
/// </summary>
internal sealed class LocalRegistry : IAsyncDisposable
{
    private const string NodeMaintenance = "_node_maintenance";
    private const string ServiceMaintenance = "_service_maintenance:";

    /// <summary>After a restart a check says what it said before, if that is no older than this: longer was an absence.</summary>
    private static readonly TimeSpan RestartWithin = TimeSpan.FromMinutes(1);

    private readonly Lock _gate = new();
    private readonly CatalogOptions _options;
    private readonly Func<IReadOnlyCollection<RecordChange>, Task> _tell;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly RegistrationsFile _file;
    private readonly CheckKeeper _checks;

    /// <summary>Registrations one after another: the disk is not waited for under the lock that readers take.</summary>
    private readonly SemaphoreSlim _registering = new(1, 1);

    private Registrations _kept = new();
    private TunnelFacts _tunnel = TunnelFacts.None;
    private GatewayFacts _gateway = GatewayFacts.None;
    private bool _isStarted;
    private ulong _version;
    private (ulong Version, ImmutableSortedDictionary<string, LocalService> Services)? _services;
    private (ulong Version, ImmutableSortedDictionary<string, CheckState> Checks)? _states;

    /// <param name="options">This node.</param>
    /// <param name="tell">Makes changes known here and to the group; called under the registry's lock. The task ends when neighbours know.</param>
    /// <param name="time">For checks.</param>
    /// <param name="metrics">Counts runs.</param>
    /// <param name="logger">For the log.</param>
    public LocalRegistry(CatalogOptions options, Func<IReadOnlyCollection<RecordChange>, Task> tell, TimeProvider time, CatalogMetrics metrics, ILogger logger)
    {
        _options = options;
        _tell = tell;
        _time = time;
        _logger = logger;
        _file = new RegistrationsFile(options.DataDirectory, logger);
        _checks = new CheckKeeper(_gate, options, time, metrics, logger) { Tell = check => _tell([Change(check)]), Expire = check => _ = ExpireAsync(check) };
    }

    public ImmutableSortedDictionary<string, LocalService> Services
    {
        get
        {
            lock (_gate)
            {
                if (_services?.Version != _version + _checks.Version) _services = (_version + _checks.Version, ListServices());
                return _services.Value.Services;
            }
        }
    }

    public ImmutableSortedDictionary<string, CheckState> Checks
    {
        get
        {
            lock (_gate)
            {
                if (_states?.Version != _version + _checks.Version)
                    _states = (_version + _checks.Version, _checks.Checks.Values.ToImmutableSortedDictionary(check => check.Definition.Id, StateOf, StringComparer.Ordinal));
                return _states.Value.Checks;
            }
        }
    }

    /// <summary>Takes up what was kept, and begins to run checks.</summary>
    /// <exception cref="StorageException">The file cannot be read.</exception>
    public async Task StartAsync(CancellationToken cancellation)
    {
        Task telling;
        await _registering.WaitAsync(cancellation);
        try
        {
            var read = _file.Read();
            lock (_gate)
            {
                _isStarted = true;
                telling = Restore(read);
                _checks.Start();
            }
        }
        finally
        {
            _registering.Release();
        }

        await telling.WaitAsync(cancellation);
    }

    public async Task RegisterServiceAsync(ServiceInstance service, ImmutableArray<CheckDefinition> checks, bool replaceExistingChecks, CancellationToken cancellation)
    {
        (service, var valid) = Valid(new ServiceRegistration(service, checks));
        RegistrationRules.Distinct(valid);
        await ChangeAsync(
            kept =>
            {
                var next = kept.Checks;
                if (replaceExistingChecks) next = next.RemoveRange(ChecksOf(kept, service.Id).Where(id => !id.StartsWith(ServiceMaintenance, StringComparison.Ordinal)));
                foreach (var check in valid)
                {
                    if (kept.Checks.TryGetValue(check.Id, out var other) && other.ServiceId != service.Id)
                        throw new CatalogException("CheckID", $"CheckID \"{check.Id}\" belongs to {(other.ServiceId.Length > 0 ? $"service \"{other.ServiceId}\"" : "the node")} already");
                    next = next.SetItem(check.Id, check);
                }

                return kept with { Services = kept.Services.SetItem(service.Id, service), Checks = next };
            },
            mustBeKept: true,
            cancellation);
        CatalogLog.Registered(_logger, service.Name, service.Id);
    }

    public async Task ReplaceServicesAsync(IReadOnlyCollection<string> ended, IReadOnlyCollection<ServiceRegistration> services, CancellationToken cancellation)
    {
        var valid = Validate(services);
        await ChangeAsync(
            kept =>
            {
                foreach (var id in ended) kept = Without(kept, id) ?? kept;
                foreach (var (service, checks) in valid)
                {
                    var others = kept.Checks.RemoveRange(ChecksOf(kept, service.Id).Where(id => !id.StartsWith(ServiceMaintenance, StringComparison.Ordinal)));
                    kept = kept with { Services = kept.Services.SetItem(service.Id, service), Checks = others.SetItems(checks.Select(check => KeyValuePair.Create(check.Id, check))) };
                }

                return kept;
            },
            mustBeKept: true,
            cancellation);
        foreach (var (service, _) in valid) CatalogLog.Registered(_logger, service.Name, service.Id);
    }

    /// <summary>The services as they are kept.</summary>
    public ServiceRegistration[] Validate(IReadOnlyCollection<ServiceRegistration> services)
    {
        var valid = services.Select(Valid).ToArray();
        RegistrationRules.Distinct(valid.SelectMany(registration => registration.Checks));
        return valid;
    }

    public async Task<bool> DeregisterServiceAsync(string serviceId, CancellationToken cancellation)
    {
        if (!await ChangeAsync(kept => Without(kept, serviceId), mustBeKept: false, cancellation)) return false;
        CatalogLog.Deregistered(_logger, serviceId);
        return true;
    }

    public Task RegisterCheckAsync(CheckDefinition check, CancellationToken cancellation)
    {
        check = RegistrationRules.Check(check, _options);
        return ChangeAsync(
            kept =>
            {
                if (check.ServiceId.Length > 0 && !kept.Services.ContainsKey(check.ServiceId))
                    throw new CatalogException("ServiceID", $"ServiceID \"{check.ServiceId}\" does not exist");
                return kept with { Checks = kept.Checks.SetItem(check.Id, check) };
            },
            mustBeKept: true,
            cancellation);
    }

    public Task<bool> DeregisterCheckAsync(string checkId, CancellationToken cancellation) =>
        ChangeAsync(kept => kept.Checks.ContainsKey(checkId) ? kept with { Checks = kept.Checks.Remove(checkId) } : null, mustBeKept: false, cancellation);

    public async Task<bool> ReportTtlAsync(string checkId, CheckStatus status, string output, CancellationToken cancellation)
    {
        Task telling;
        lock (_gate)
        {
            if (!_checks.Checks.TryGetValue(checkId, out var check)) return false;
            if (check.Definition.Type != CheckType.Ttl) throw new CatalogException("CheckID", $"CheckID \"{checkId}\" does not have associated TTL");
            telling = _checks.Report(check, status, output);
        }

        await telling.WaitAsync(cancellation);
        return true;
    }

    /// <summary>Puts a service, or with null the node, in or out of maintenance; false when there is no such service.</summary>
    public Task<bool> SetMaintenanceAsync(string? serviceId, bool enabled, string reason, CancellationToken cancellation)
    {
        var what = serviceId is null ? "node" : "service";
        var check = new CheckDefinition
        {
            Id = serviceId is null ? NodeMaintenance : ServiceMaintenance + serviceId,
            Name = serviceId is null ? "Node Maintenance Mode" : "Service Maintenance Mode",
            Type = CheckType.Maintenance,
            Notes = reason.Length > 0 ? RegistrationRules.Reason(reason) : $"Maintenance mode is enabled for this {what}, but no reason was provided. This is a default message.",
            ServiceId = serviceId ?? "",
        };
        return ChangeAsync(
            kept =>
            {
                if (serviceId is not null && !kept.Services.ContainsKey(serviceId)) return null;
                return kept with { Checks = enabled ? kept.Checks.SetItem(check.Id, check) : kept.Checks.Remove(check.Id) };
            },
            mustBeKept: false,
            cancellation);
    }

    /// <summary>What this node says of its tunnel from now on; before the start, from the start on.</summary>
    public Task SetTunnelAsync(TunnelFacts facts, CancellationToken cancellation)
    {
        RegistrationRules.Tunnel(facts);
        lock (_gate)
        {
            _tunnel = facts;
            return _isStarted ? _tell([NodeChange()]).WaitAsync(cancellation) : Task.CompletedTask;
        }
    }

    /// <summary>What this node says of its gateway from now on; before the start, from the start on.</summary>
    public Task SetGatewayAsync(GatewayFacts facts, CancellationToken cancellation)
    {
        RegistrationRules.Gateway(facts);
        lock (_gate)
        {
            _gateway = facts;
            return _isStarted ? _tell([NodeChange()]).WaitAsync(cancellation) : Task.CompletedTask;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _registering.WaitAsync();
        try
        {
            // With what the checks say now, so that a restart is not an outage.
            Save(_kept, mustBeKept: false);
        }
        finally
        {
            _registering.Release();
        }

        await _checks.DisposeAsync();
        _registering.Dispose();
    }

    private ServiceRegistration Valid(ServiceRegistration registration)
    {
        var service = RegistrationRules.Service(registration.Service with { Node = _options.NodeName });
        var checks = registration.Checks.IsDefault ? [] : registration.Checks;
        return new ServiceRegistration(service, [.. checks.Select(check => RegistrationRules.Check(check with { ServiceId = service.Id }, _options))]);
    }

    private static Registrations? Without(Registrations kept, string serviceId) =>
        kept.Services.ContainsKey(serviceId) ? kept with { Services = kept.Services.Remove(serviceId), Checks = kept.Checks.RemoveRange(ChecksOf(kept, serviceId)) } : null;

    private static IEnumerable<string> ChecksOf(Registrations kept, string serviceId) =>
        kept.Checks.Values.Where(check => check.ServiceId == serviceId).Select(check => check.Id);

    /// <summary>One change of what is registered: thought out, written, made, told.</summary>
    /// <param name="change">What comes of what was; null: nothing to change.</param>
    /// <param name="mustBeKept">Whether a disk that refuses refuses the change. What ends must end, full disk or not.</param>
    /// <param name="cancellation">Ends the wait: for the turn, then nothing has changed, or for neighbours, then all stands.</param>
    private async Task<bool> ChangeAsync(Func<Registrations, Registrations?> change, bool mustBeKept, CancellationToken cancellation)
    {
        Task telling;
        await _registering.WaitAsync(cancellation);
        try
        {
            if (change(_kept) is not { } next) return false;
            // One record is the node's own.
            if (next.Count >= Record.MaxPerOwner) throw new CatalogException("ID", $"This node holds {Record.MaxPerOwner - 1} services and checks, and no more: deregister some first");
            Save(next, mustBeKept);
            lock (_gate) telling = Apply(next);
        }
        finally
        {
            _registering.Release();
        }

        await telling.WaitAsync(cancellation);
        return true;
    }

    private Task Apply(Registrations next)
    {
        var changes = new List<RecordChange>();
        foreach (var id in _kept.Services.Keys.Where(id => !next.Services.ContainsKey(id))) changes.Add(new RecordChange(RecordKind.Service, id, null));
        foreach (var id in _kept.Checks.Keys.Where(id => !next.Checks.ContainsKey(id)))
        {
            _checks.Drop(id);
            changes.Add(new RecordChange(RecordKind.Check, id, null));
        }

        // By reference: what was registered anew is taken up anew, the same words or not.
        var services = next.Services.Values.Where(service => !ReferenceEquals(service, _kept.Services.GetValueOrDefault(service.Id))).ToArray();
        var checks = next.Checks.Values.Where(check => !ReferenceEquals(check, _kept.Checks.GetValueOrDefault(check.Id))).ToArray();
        _kept = next;
        _version++;
        foreach (var service in services) changes.Add(new RecordChange(RecordKind.Service, service.Id, RecordPayload.Of(service)));
        foreach (var check in checks) changes.Add(Change(_checks.Adopt(check)));
        return _tell(changes);
    }

    private Task Restore(Registrations read)
    {
        var age = _time.GetUtcNow() - read.SavedAt;
        // What was registered before the start is newer than what was kept.
        var services = read.Services.SetItems(_kept.Services);
        var checks = read.Checks.SetItems(_kept.Checks).Where(check => check.Value.ServiceId.Length == 0 || services.ContainsKey(check.Value.ServiceId));
        var changes = new List<RecordChange>
        {
            NodeChange(),
        };
        var known = _kept;
        _kept = read with
        {
            Services = services.ToImmutableSortedDictionary(entry => entry.Key, entry => entry.Value with { Node = _options.NodeName }, StringComparer.Ordinal),
            Checks = checks.ToImmutableSortedDictionary(StringComparer.Ordinal),
        };
        _version++;
        changes.AddRange(_kept.Services.Values.Select(service => new RecordChange(RecordKind.Service, service.Id, RecordPayload.Of(service))));
        foreach (var check in _kept.Checks.Values.Where(check => !known.Checks.ContainsKey(check.Id))) changes.Add(Change(Resume(check, read, age)));
        return _tell(changes);
    }

    private RecordChange NodeChange() => new(RecordKind.Node, "", RecordPayload.Of(new CatalogNode
    {
        Name = _options.NodeName,
        Id = _options.NodeId,
        Address = _options.Address,
        Group = _options.Group,
        Meta = _options.NodeMeta,
        Tunnel = _tunnel,
        Gateway = _gateway,
    }));

    private LocalCheck Resume(CheckDefinition check, Registrations read, TimeSpan age)
    {
        var timeToLive = check.TimeToLive;
        var isFresh = age >= TimeSpan.Zero && age < (check.Type == CheckType.Ttl ? timeToLive : RestartWithin);
        if (!isFresh || !read.Statuses.TryGetValue(check.Id, out var status)) return _checks.Adopt(check, check.InitialStatus, "", timeToLive);
        return _checks.Adopt(check, status, "", timeToLive - age);
    }

    private void Save(Registrations next, bool mustBeKept)
    {
        ImmutableSortedDictionary<string, CheckStatus> statuses;
        lock (_gate) statuses = _checks.Checks.ToImmutableSortedDictionary(entry => entry.Key, entry => entry.Value.Status, StringComparer.Ordinal);
        try
        {
            _file.Write(next with { Statuses = statuses, SavedAt = _time.GetUtcNow() });
        }
        catch (StorageException refused) when (!mustBeKept)
        {
            CatalogLog.RegistrationsUnwritable(_logger, refused.Message);
        }
    }

    /// <summary>Removes a service whose check was critical for too long, unless it has got better while others had their turn.</summary>
    private async Task ExpireAsync(LocalCheck check)
    {
        var serviceId = check.Definition.ServiceId;
        try
        {
            var isRemoved = await ChangeAsync(
                kept =>
                {
                    lock (_gate) return check is { IsEnded: false, Status: CheckStatus.Critical } ? Without(kept, serviceId) : null;
                },
                mustBeKept: false,
                CancellationToken.None);
            if (isRemoved) CatalogLog.Expired(_logger, serviceId, check.Definition.DeregisterCriticalServiceAfter);
        }
        catch (ObjectDisposedException)
        {
            // The agent stops; it will be removed after the restart.
        }
    }

    private RecordChange Change(LocalCheck check) => new(RecordKind.Check, check.Definition.Id, RecordPayload.Of(StateOf(check)));

    private CheckState StateOf(LocalCheck check)
    {
        var service = _kept.Services.GetValueOrDefault(check.Definition.ServiceId);
        return new CheckState
        {
            Node = _options.NodeName,
            Definition = check.Definition,
            Status = check.Status,
            Output = check.Output,
            ServiceName = service?.Name ?? "",
            ServiceTags = service?.Tags ?? [],
        };
    }

    private ImmutableSortedDictionary<string, LocalService> ListServices()
    {
        var worst = new Dictionary<string, CheckStatus>(StringComparer.Ordinal);
        foreach (var check in _checks.Checks.Values)
        {
            var id = check.Definition.ServiceId;
            if (check.Status > worst.GetValueOrDefault(id)) worst[id] = check.Status;
        }

        var node = worst.GetValueOrDefault("");
        return _kept.Services.ToImmutableSortedDictionary(
            entry => entry.Key,
            entry => new LocalService(entry.Value, (CheckStatus)Math.Max((int)node, (int)worst.GetValueOrDefault(entry.Key))),
            StringComparer.Ordinal);
    }
}
