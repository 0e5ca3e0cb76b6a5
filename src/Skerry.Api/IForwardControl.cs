using System.Collections.Immutable;

namespace Skerry.Api;

/// <summary>What the API asks of the proxy on its node. The agent gives the adapter.</summary>
public interface IForwardControl
{
    /// <summary>Every forward, configured ones first.</summary>
    ImmutableArray<ApiForward> All { get; }

    /// <summary>Opens one, until it is closed or the agent ends.</summary>
    /// <exception cref="ApiException">It cannot be; the message says why.</exception>
    Task<ApiForward> OpenAsync(ApiForwardRequest request, CancellationToken cancellation);

    /// <summary>Closes one that was opened so, with all it carries; false when there is none with that id.</summary>
    Task<bool> CloseAsync(string id);
}
