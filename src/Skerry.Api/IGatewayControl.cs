using System.Collections.Immutable;

using Skerry.Manifest;

namespace Skerry.Api;

/// <summary>What the API asks of the gateway's objects in the group's manifest: listeners, plugins, pipelines. The agent gives the adapter.</summary>
public interface IGatewayControl
{
    /// <summary>All objects.</summary>
    /// <param name="isStale">Whether what this node has will do, also without a majority.</param>
    /// <param name="cancellation">Ends the wait.</param>
    /// <exception cref="ApiException">The group does not answer.</exception>
    Task<ObjectSet> ReadAsync(bool isStale, CancellationToken cancellation);

    /// <summary>The states kept of an object, the newest first; empty when there never was one.</summary>
    /// <exception cref="ApiException">The group does not answer.</exception>
    Task<IReadOnlyList<ObjectRevision>> HistoryAsync(string kind, string name, CancellationToken cancellation);

    /// <summary>Puts objects in place, all or none.</summary>
    /// <exception cref="ApiException">An object is not as expected (412), or the group does not answer.</exception>
    /// <exception cref="ApiInvalidException">What would come out of it cannot run.</exception>
    Task<ApiGatewayOutcome> ApplyAsync(ApiGatewayApply request, CancellationToken cancellation);

    /// <summary>Deletes an object.</summary>
    /// <exception cref="ApiException">There is none (404), it is not as expected (412), or the group does not answer.</exception>
    /// <exception cref="ApiInvalidException">Another object needs it.</exception>
    Task<ApiGatewayOutcome> DeleteAsync(string kind, string name, ApiGatewayTerms terms, CancellationToken cancellation);

    /// <summary>Makes an object again what it was at a revision, deleted if it was.</summary>
    /// <exception cref="ApiException">That revision is not kept (404), the object is not as expected (412), or the group does not answer.</exception>
    /// <exception cref="ApiInvalidException">What would come out of it cannot run.</exception>
    Task<ApiGatewayOutcome> RollbackAsync(string kind, string name, long revision, ApiGatewayTerms terms, CancellationToken cancellation);

    /// <summary>How the group's nodes follow, by name.</summary>
    ImmutableArray<ApiGatewayNode> Nodes { get; }
}
