using System.Net;
using System.Net.Sockets;

using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;

namespace Skerry.Gateway.Transport;

/// <summary>Kestrel's transport for one listener: takes connections from a bound socket and deals them out to the loops.</summary>
internal sealed class ClientListener(ListeningSocket socket, EventLoops loops, TimeProvider time, ILogger logger) : IConnectionListenerFactory, IConnectionListener
{
    /// <summary>How long accepting rests when the system has no room for another connection.</summary>
    private static readonly TimeSpan Rest = TimeSpan.FromMilliseconds(100);

    private readonly CancellationTokenSource _unbound = new();
    private int _released;

    public EndPoint EndPoint => socket.Address;

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(this);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
    {
        while (!_unbound.IsCancellationRequested)
        {
            try
            {
                var client = await socket.AcceptAsync(_unbound.Token);
                client.NoDelay = true;
                return new ClientConnection(client, loops.Next());
            }
            catch (OperationCanceledException)
            {
                return null;
            }
            catch (SocketException refused) when (refused.SocketErrorCode is SocketError.TooManyOpenSockets or SocketError.NoBufferSpaceAvailable)
            {
                GatewayLog.AcceptRefused(logger, socket.Address.ToString(), refused.Message);
                await Task.Delay(Rest, time, _unbound.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
            catch (SocketException)
            {
                // The client was gone before it was taken.
            }
        }

        return null;
    }

    public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        await _unbound.CancelAsync();
        if (Interlocked.Exchange(ref _released, 1) == 0) socket.Release();
    }

    public ValueTask DisposeAsync() => UnbindAsync();
}
