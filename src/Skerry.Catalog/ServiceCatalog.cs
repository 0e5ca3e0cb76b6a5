using System.Collections.Immutable;

namespace Skerry.Catalog;

/// <summary>The service catalog: this node's own services and checks, and the group's as replicated to it.</summary>
public sealed class ServiceCatalog : IAsyncDisposable
{
    /// <summary>The group as seen now: one volatile read.</summary>
    public CatalogSnapshot Current => throw new NotImplementedException();

    /// <summary>Waits until the snapshot is newer than <paramref name="seen"/>, then returns it at once.</summary>
    public Task<CatalogSnapshot> NextAsync(CatalogSnapshot seen, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Called after every swap of <see cref="Current"/>, on the catalog's thread: keep it short.</summary>
    public event Action<CatalogSnapshot>? Changed { add => throw new NotImplementedException(); remove => throw new NotImplementedException(); }

    /// <summary>This node's services by id.</summary>
    public ImmutableSortedDictionary<string, LocalService> LocalServices => throw new NotImplementedException();

    /// <summary>This node's checks by id.</summary>
    public ImmutableSortedDictionary<string, CheckState> LocalChecks => throw new NotImplementedException();

    /// <summary>Adds or replaces a service of this node and its checks, on disk and with neighbours before it returns.</summary>
    /// <exception cref="CatalogException">A field is not allowed.</exception>
    public Task RegisterServiceAsync(ServiceInstance service, ImmutableArray<CheckDefinition> checks, bool replaceExistingChecks, CancellationToken cancellation) =>
        throw new NotImplementedException();

    /// <summary>Removes a service of this node with its checks; false when there is none.</summary>
    public Task<bool> DeregisterServiceAsync(string serviceId, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Adds or replaces a check of this node.</summary>
    /// <exception cref="CatalogException">A field is not allowed, or the service is unknown.</exception>
    public Task RegisterCheckAsync(CheckDefinition check, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Removes a check of this node; false when there is none.</summary>
    public Task<bool> DeregisterCheckAsync(string checkId, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>A TTL check's report; false when there is no such check.</summary>
    /// <exception cref="CatalogException">The check is not a TTL check.</exception>
    public Task<bool> ReportTtlAsync(string checkId, CheckStatus status, string output, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Puts this node in or out of maintenance.</summary>
    public Task SetNodeMaintenanceAsync(bool enabled, string reason, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Puts one service in or out of maintenance; false when there is no such service.</summary>
    public Task<bool> SetServiceMaintenanceAsync(string serviceId, bool enabled, string reason, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Tells what membership says of a node.</summary>
    public void SetLiveness(string node, string address, NodeLiveness liveness) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
