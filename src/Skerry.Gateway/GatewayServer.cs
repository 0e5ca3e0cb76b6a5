using System.Collections.Immutable;
using System.Diagnostics.Metrics;
using System.Net;

using Microsoft.Extensions.Logging;

using Skerry.Catalog;

namespace Skerry.Gateway;

/// <summary>The gateway of one agent: HTTP listeners, pipelines of plugins, upstreams from the catalog.</summary>
public sealed class GatewayServer : IAsyncDisposable
{
    /// <summary>A gateway that listens from <see cref="StartAsync"/> on.</summary>
    public GatewayServer(ServiceCatalog catalog, TimeProvider time, ILoggerFactory loggers, IMeterFactory meters) => throw new NotImplementedException();

    /// <summary>Checks options whole, without starting anything; empty when they can run.</summary>
    public static ImmutableArray<GatewayError> Validate(GatewayOptions options) => throw new NotImplementedException();

    /// <summary>Starts with these options. Throws <see cref="GatewayException"/> when a listener cannot be bound or an option cannot run.</summary>
    public Task StartAsync(GatewayOptions options, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Swaps to new options in one step; requests in flight finish on what they started with. On an exception the old ones go on.</summary>
    public Task ApplyAsync(GatewayOptions options, CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>The bound address of each listener, by name.</summary>
    public ImmutableSortedDictionary<string, IPEndPoint> Listeners => throw new NotImplementedException();

    /// <summary>Pipelines with their counters and upstreams, JSON-ready, for the API.</summary>
    public object State => throw new NotImplementedException();

    /// <summary>Stops accepting, lets requests in flight finish until the token is cancelled, then cuts them.</summary>
    public Task StopAsync(CancellationToken cancellation) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
