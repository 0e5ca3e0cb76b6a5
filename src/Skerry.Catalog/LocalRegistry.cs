using System.Collections.Immutable;

using Microsoft.Extensions.Logging;

using Skerry.Catalog.Checks;
using Skerry.Catalog.Records;
using Skerry.Replication;

namespace Skerry.Catalog;

/// <summary>What is registered with this node: kept on disk, checked here, told to the group.</summary>
internal sealed class LocalRegistry(CatalogOptions options, Replicator replicator, TimeProvider time, ILogger logger) : IAsyncDisposable
{
    private const string NodeMaintenance = "_node_maintenance";
    private const string ServiceMaintenance = "_service_maintenance:";

    /// <summary>Output that changes while the status does not is told so much later, so that chatty checks do not fill the network.</summary>
    private static readonly TimeSpan OutputDelay = TimeSpan.FromMinutes(5);

    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(30);

    private readonly Lock _gate = new();
    private readonly RegistrationsFile _file = new(options.DataDirectory, logger);
    private readonly SortedDictionary<string, ServiceInstance> _services = new(StringComparer.Ordinal);
    private readonly SortedDictionary<string, LocalCheck> _checks = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stopping = new();
    private ITimer? _sweep;
    private long _nextOutputs;

    public ImmutableSortedDictionary<string, LocalService> Services
    {
        get
        {
            lock (_gate)
            {
                return _services.Values.ToImmutableSortedDictionary(
                    service => service.Id, service => new LocalService(service, StatusOf(service.Id)), StringComparer.Ordinal);
            }
        }
    }

    public ImmutableSortedDictionary<string, CheckState> Checks
    {
        get { lock (_gate) return _checks.Values.ToImmutableSortedDictionary(check => check.Definition.Id, StateOf, StringComparer.Ordinal); }
    }

    public async Task StartAsync(CancellationToken cancellation)
    {
        var node = new CatalogNode { Name = options.NodeName, Id = options.NodeId, Address = options.Address, Group = options.Group, Meta = options.NodeMeta };
        await replicator.PublishAsync(RecordKind.Node, "", CatalogJson.Write(node), cancellation);
        var kept = _file.Read();
        var publishing = new List<Task>();
        lock (_gate)
        {
            foreach (var service in kept.Services)
            {
                _services[service.Id] = service with { Node = options.NodeName };
                publishing.Add(PublishAsync(service, cancellation));
            }

            foreach (var check in kept.Checks)
            {
                var status = kept.Statuses.TryGetValue(check.Id, out var last) ? last : check.InitialStatus;
                publishing.Add(PublishAsync(Adopt(check, status), cancellation));
            }
        }

        await Task.WhenAll(publishing);
        _nextOutputs = time.GetTimestamp();
        _sweep = time.CreateTimer(_ => Sweep(), null, SweepInterval, SweepInterval);
    }

    public async Task RegisterServiceAsync(ServiceInstance service, ImmutableArray<CheckDefinition> checks, bool replaceExistingChecks, CancellationToken cancellation)
    {
        service = Validation.Service(service) with { Node = options.NodeName };
        var valid = checks.Select(check => Validation.Check(check with { ServiceId = service.Id }, options)).ToArray();
        var publishing = new List<Task>();
        lock (_gate)
        {
            _services[service.Id] = service;
            publishing.Add(PublishAsync(service, cancellation));
            if (replaceExistingChecks)
            {
                foreach (var old in ChecksOf(service.Id).Where(id => valid.All(check => check.Id != id))) publishing.Add(Drop(old, cancellation));
            }

            foreach (var check in valid) publishing.Add(PublishAsync(Adopt(check, StatusBefore(check)), cancellation));
            Save();
        }

        await Task.WhenAll(publishing);
        CatalogLog.Registered(logger, service.Name, service.Id);
    }

    public async Task<bool> DeregisterServiceAsync(string serviceId, CancellationToken cancellation)
    {
        var publishing = new List<Task>();
        lock (_gate)
        {
            if (!_services.Remove(serviceId)) return false;
            publishing.Add(replicator.WithdrawAsync(RecordKind.Service, serviceId, cancellation));
            foreach (var check in ChecksOf(serviceId)) publishing.Add(Drop(check, cancellation));
            Save();
        }

        await Task.WhenAll(publishing);
        CatalogLog.Deregistered(logger, serviceId);
        return true;
    }

    public async Task RegisterCheckAsync(CheckDefinition check, CancellationToken cancellation)
    {
        check = Validation.Check(check, options);
        Task publishing;
        lock (_gate)
        {
            if (check.ServiceId.Length > 0 && !_services.ContainsKey(check.ServiceId))
                throw new CatalogException("ServiceID", $"ServiceID \"{check.ServiceId}\" does not exist");
            publishing = PublishAsync(Adopt(check, StatusBefore(check)), cancellation);
            Save();
        }

        await publishing;
    }

    public async Task<bool> DeregisterCheckAsync(string checkId, CancellationToken cancellation)
    {
        Task publishing;
        lock (_gate)
        {
            if (!_checks.ContainsKey(checkId)) return false;
            publishing = Drop(checkId, cancellation);
            Save();
        }

        await publishing;
        return true;
    }

    public async Task<bool> ReportTtlAsync(string checkId, CheckStatus status, string output, CancellationToken cancellation)
    {
        Task publishing;
        lock (_gate)
        {
            if (!_checks.TryGetValue(checkId, out var check)) return false;
            if (check.Ttl is null) throw new CatalogException("CheckID", $"CheckID \"{checkId}\" does not have associated TTL");
            check.Ttl.Renew();
            publishing = Observe(check, status, CheckResult.Cut(output), cancellation);
        }

        await publishing;
        return true;
    }

    /// <summary>Puts a service, or with null the node, in or out of maintenance.</summary>
    public async Task<bool> SetMaintenanceAsync(string? serviceId, bool enabled, string reason, CancellationToken cancellation)
    {
        var id = serviceId is null ? NodeMaintenance : ServiceMaintenance + serviceId;
        lock (_gate)
        {
            if (serviceId is not null && !_services.ContainsKey(serviceId)) return false;
        }

        if (!enabled)
        {
            await DeregisterCheckAsync(id, cancellation);
            return true;
        }

        var kind = serviceId is null ? "node" : "service";
        var text = reason.Length > 0 ? reason : $"Maintenance mode is enabled for this {kind}, but no reason was provided. This is a default message.";
        await RegisterCheckAsync(
            new CheckDefinition
            {
                Id = id,
                Name = serviceId is null ? "Node Maintenance Mode" : "Service Maintenance Mode",
                Type = CheckType.Maintenance,
                Notes = text,
                ServiceId = serviceId ?? "",
            },
            cancellation);
        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        if (_sweep is not null) await _sweep.DisposeAsync();
        IAsyncDisposable[] runners;
        lock (_gate)
        {
            runners = [.. _checks.Values.Select(check => check.Runner).OfType<IAsyncDisposable>()];
            Save();
        }

        foreach (var runner in runners) await runner.DisposeAsync();
        _stopping.Dispose();
    }

    /// <summary>Starts to run a check in place of the one of its id.</summary>
    private LocalCheck Adopt(CheckDefinition definition, CheckStatus status)
    {
        StopRunner(definition.Id);
        var check = new LocalCheck(definition) { Status = status, CriticalSince = status == CheckStatus.Critical ? time.GetTimestamp() : null };
        _checks[definition.Id] = check;
        switch (definition.Type)
        {
            case CheckType.Maintenance or CheckType.Membership:
                break;
            case CheckType.Ttl:
                check.Ttl = new TtlWatch(definition.TimeToLive, time, () => Report(check, CheckStatus.Critical, "TTL expired"));
                check.Runner = check.Ttl;
                break;
            default:
                check.Runner = new CheckRunner(definition, status, time, (found, output) => Report(check, found, output), logger);
                break;
        }

        return check;
    }

    private void Report(LocalCheck check, CheckStatus status, string output)
    {
        Task publishing;
        lock (_gate)
        {
            if (_stopping.IsCancellationRequested || !_checks.TryGetValue(check.Definition.Id, out var current) || current != check) return;
            // A TTL that expires says so beside the last thing the service said.
            if (check.Ttl is not null && check.Output.Length > 0 && !check.Output.StartsWith("TTL expired", StringComparison.Ordinal)) output = $"{output} (last output before timeout follows): {check.Output}";
            publishing = Observe(check, status, CheckResult.Cut(output), CancellationToken.None);
        }

        _ = publishing.ContinueWith(
            failed => CatalogLog.CheckBroke(logger, check.Definition.Id, failed.Exception!), CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
    }

    private Task Observe(LocalCheck check, CheckStatus status, string output, CancellationToken cancellation)
    {
        var (changed, isNews) = (check.Status != status, check.Output != output);
        // A new check's first output is worth telling even when it stays critical: it says why.
        var isFirst = check.Output.Length == 0;
        check.Status = status;
        check.Output = output;
        if (changed)
        {
            check.CriticalSince = status == CheckStatus.Critical ? time.GetTimestamp() : null;
            CatalogLog.CheckChanged(logger, check.Definition.Id, status, output.Length > 200 ? output[..200] : output);
        }

        if (changed || (isNews && isFirst)) return PublishAsync(check, cancellation);
        check.IsOutputUntold |= isNews;
        return Task.CompletedTask;
    }

    /// <summary>Removes what was critical for too long, and tells outputs that have waited.</summary>
    private void Sweep()
    {
        string[] expired;
        lock (_gate)
        {
            expired = [.. _checks.Values.Where(IsExpired).Select(check => check.Definition.ServiceId).Distinct(StringComparer.Ordinal)];
            if (time.GetElapsedTime(_nextOutputs) >= OutputDelay)
            {
                _nextOutputs = time.GetTimestamp();
                foreach (var check in _checks.Values.Where(check => check.IsOutputUntold)) _ = PublishAsync(check, CancellationToken.None);
            }
        }

        foreach (var service in expired)
        {
            CatalogLog.Expired(logger, service, _checks.Values.Where(check => check.Definition.ServiceId == service).Max(check => check.Definition.DeregisterCriticalServiceAfter));
            _ = DeregisterServiceAsync(service, CancellationToken.None);
        }
    }

    private bool IsExpired(LocalCheck check) =>
        check.Definition.ServiceId.Length > 0
        && check.Definition.DeregisterCriticalServiceAfter > TimeSpan.Zero
        && check.CriticalSince is { } since && time.GetElapsedTime(since) >= check.Definition.DeregisterCriticalServiceAfter;

    private Task Drop(string checkId, CancellationToken cancellation)
    {
        StopRunner(checkId);
        _checks.Remove(checkId);
        return replicator.WithdrawAsync(RecordKind.Check, checkId, cancellation);
    }

    private void StopRunner(string checkId)
    {
        // Not awaited here: a run that is still on its way finds that its check is gone, and reports to nobody.
        if (_checks.TryGetValue(checkId, out var old) && old.Runner is { } runner) _ = runner.DisposeAsync().AsTask();
    }

    private CheckStatus StatusBefore(CheckDefinition check) =>
        _checks.TryGetValue(check.Id, out var old) && old.Definition == check ? old.Status : check.InitialStatus;

    private string[] ChecksOf(string serviceId) =>
        [.. _checks.Values.Where(check => check.Definition.ServiceId == serviceId).Select(check => check.Definition.Id)];

    private CheckStatus StatusOf(string serviceId) =>
        _checks.Values.Where(check => check.Definition.ServiceId.Length == 0 || check.Definition.ServiceId == serviceId)
            .Select(check => check.Status).DefaultIfEmpty(CheckStatus.Passing).Max();

    private CheckState StateOf(LocalCheck check)
    {
        var service = _services.GetValueOrDefault(check.Definition.ServiceId);
        return new CheckState
        {
            Node = options.NodeName,
            Definition = check.Definition,
            Status = check.Status,
            Output = check.Output,
            ServiceName = service?.Name ?? "",
            ServiceTags = service?.Tags ?? [],
        };
    }

    private Task PublishAsync(ServiceInstance service, CancellationToken cancellation) =>
        replicator.PublishAsync(RecordKind.Service, service.Id, CatalogJson.Write(service), cancellation);

    private Task PublishAsync(LocalCheck check, CancellationToken cancellation)
    {
        check.IsOutputUntold = false;
        var state = StateOf(check);
        // Header values, bodies and arguments may hold secrets; name and tags of the service come with the service.
        var told = state with
        {
            ServiceName = "",
            ServiceTags = [],
            Definition = state.Definition with { Headers = ImmutableSortedDictionary<string, ImmutableArray<string>>.Empty, Body = "", Arguments = [] },
        };
        return replicator.PublishAsync(RecordKind.Check, check.Definition.Id, CatalogJson.Write(told), cancellation);
    }

    private void Save() => _file.Write(new Registrations
    {
        Services = [.. _services.Values],
        Checks = [.. _checks.Values.Select(check => check.Definition)],
        Statuses = _checks.Values.ToImmutableSortedDictionary(check => check.Definition.Id, check => check.Status, StringComparer.Ordinal),
    });
}
