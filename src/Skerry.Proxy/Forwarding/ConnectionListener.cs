using System.Net;
using System.Net.Sockets;

using Skerry.Primitives;
using Skerry.Proxy.Flows;

namespace Skerry.Proxy.Forwarding;

/// <summary>
/// Takes TCP connections and serves each beside the others, so that accepting never waits. More than the limit are closed with a reset at once, rather than left
/// waiting for a service that nobody seeks for them.
/// </summary>
internal sealed class ConnectionListener : IAsyncDisposable
{
    private static readonly TimeSpan PauseAfterRefusal = TimeSpan.FromMilliseconds(100);

    private readonly Socket _socket;
    private readonly ConnectionTerms _terms;
    private readonly Func<Socket, CancellationToken, Task> _serve;
    private readonly BackgroundTasks _tasks = new();
    private int _open;
    private bool _wasFull;

    /// <summary>Binds; nothing is accepted before <see cref="Start"/>.</summary>
    /// <param name="address">Where.</param>
    /// <param name="what">What listens, for messages.</param>
    /// <param name="terms">Limits, log, clock.</param>
    /// <param name="serve">Serves a connection until it is over, and disposes its socket.</param>
    /// <exception cref="ProxyException">The address cannot be bound.</exception>
    public ConnectionListener(IPEndPoint address, string what, ConnectionTerms terms, Func<Socket, CancellationToken, Task> serve)
    {
        _socket = Sockets.Bind(address, SocketType.Stream, what);
        _terms = terms;
        _serve = serve;
        Address = (IPEndPoint)_socket.LocalEndPoint!;
    }

    /// <summary>As bound.</summary>
    public IPEndPoint Address { get; }

    /// <summary>Connections open now.</summary>
    public int Open => Volatile.Read(ref _open);

    public void Start() => _tasks.Launch(AcceptAsync);

    /// <summary>Stops accepting and ends every connection.</summary>
    public async ValueTask DisposeAsync()
    {
        _socket.Dispose();
        await _tasks.DisposeAsync();
    }

    private async Task AcceptAsync(CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                Take(await _socket.AcceptAsync(stopping));
            }
            catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException ended) when (stopping.IsCancellationRequested || ended.SocketErrorCode == SocketError.OperationAborted)
            {
                // The socket was closed here, in the middle of the wait.
                return;
            }
            catch (SocketException refused)
            {
                ProxyLog.AcceptRefused(_terms.Logger, Address.ToString(), refused.Message);
                await Task.Delay(PauseAfterRefusal, _terms.Time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Take(Socket socket)
    {
        var limit = _terms.MaxConnections();
        if (Interlocked.Increment(ref _open) > limit)
        {
            Interlocked.Decrement(ref _open);
            _terms.Metrics.Refused("full");
            // Once, until there was room again: a flood of connections is no reason for a flood of lines.
            if (!_wasFull) ProxyLog.Full(_terms.Logger, Address.ToString(), limit);
            _wasFull = true;
            new SocketServiceStream(socket).Abort();
            return;
        }

        _wasFull = false;
        if (_tasks.Launch(stopping => ServeAsync(socket, stopping))) return;
        Interlocked.Decrement(ref _open);
        socket.Dispose();
    }

    private async Task ServeAsync(Socket socket, CancellationToken stopping)
    {
        try
        {
            await _serve(socket, stopping);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            // The listener ends, and this connection with it.
        }
        catch (Exception broken)
        {
            ProxyLog.ConnectionBroke(_terms.Logger, Address.ToString(), broken);
        }
        finally
        {
            socket.Dispose();
            Interlocked.Decrement(ref _open);
        }
    }
}
