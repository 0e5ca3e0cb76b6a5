using System.Net;

using Microsoft.AspNetCore.Connections;

namespace Skerry.Api.Groups;

/// <summary>Lets the web server listen to the mesh beside its own sockets.</summary>
/// <param name="calls">Where they come from.</param>
internal sealed class FarListenerFactory(IGroupCalls calls) : IConnectionListenerFactory, IConnectionListenerFactorySelector
{
    public bool CanBind(EndPoint endpoint) => endpoint is FarEndPoint;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => ValueTask.FromResult<IConnectionListener>(new FarListener(calls, endpoint));
}
