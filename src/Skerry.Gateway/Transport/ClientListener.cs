using System.ComponentModel;
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
                if (TryTake(await socket.AcceptAsync(_unbound.Token)) is { } taken) return taken;
            }
            catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
            {
                return null;
            }
            catch (SocketException gone) when (gone.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset)
            {
                // The client did not wait to be taken.
            }
            catch (SocketException refused)
            {
                // No descriptors, no memory, no network: none of it is better at once, and an accept that ends would close the listener for good.
                GatewayLog.AcceptRefused(logger, socket.Address.ToString(), refused.Message);
                await Task.Delay(Rest, time, _unbound.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
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

    /// <summary>The client's connection on a loop; null when the client has gone already, or the loop has no room for it.</summary>
    private ClientConnection? TryTake(Socket client)
    {
        try
        {
            client.NoDelay = true;
            return new ClientConnection(client, loops.Next());
        }
        catch (Exception failed) when (failed is Win32Exception or ObjectDisposedException)
        {
            client.Dispose();
            if (failed is not SocketException) GatewayLog.AcceptRefused(logger, socket.Address.ToString(), failed.Message);
            return null;
        }
    }
}
