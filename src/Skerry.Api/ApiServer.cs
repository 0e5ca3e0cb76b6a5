using System.Net;

using Microsoft.Extensions.Logging;

using Skerry.Catalog;

namespace Skerry.Api;

/// <summary>The HTTP API of one agent: Consul's paths, Skerry's own, metrics.</summary>
public sealed class ApiServer : IAsyncDisposable
{
    /// <summary>A server that listens from <see cref="StartAsync"/> on.</summary>
    public ApiServer(ApiOptions options, ServiceCatalog catalog, IAgentControl agent, TimeProvider time, ILoggerFactory loggers) => throw new NotImplementedException();

    /// <summary>Where it listens; known once started.</summary>
    public IPEndPoint LocalAddress => throw new NotImplementedException();

    /// <summary>Binds and starts answering.</summary>
    /// <exception cref="ApiException">The address is in use or cannot be bound; the message says what to do.</exception>
    public Task StartAsync(CancellationToken cancellation) => throw new NotImplementedException();

    /// <summary>Stops accepting, ends blocking queries with what is known, finishes the rest within the token's time.</summary>
    public Task StopAsync(CancellationToken cancellation) => throw new NotImplementedException();

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => throw new NotImplementedException();
}
