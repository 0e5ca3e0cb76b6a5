using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Skerry.Proxy.Tests;

/// <summary>A TCP service on loopback that serves each connection as a test says.</summary>
internal sealed class TcpService : IAsyncDisposable
{
    private static readonly ConcurrentBag<Socket> s_unused = [];

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stopping = new();
    private readonly Func<NetworkStream, CancellationToken, Task> _serve;
    private readonly Task _accepting;
    private int _connections;

    private TcpService(Func<NetworkStream, CancellationToken, Task> serve)
    {
        _serve = serve;
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>Connections there ever were.</summary>
    public int Connections => Volatile.Read(ref _connections);

    public static TcpService Of(Func<NetworkStream, CancellationToken, Task> serve) => new(serve);

    /// <summary>Says its name, then whatever it is told, and ends when the client has ended.</summary>
    public static TcpService Echo(string name) => new(async (stream, cancellation) =>
    {
        await stream.WriteAsync(Encoding.UTF8.GetBytes(name + ":"), cancellation);
        await stream.CopyToAsync(stream, cancellation);
        stream.Socket.Shutdown(SocketShutdown.Send);
    });

    /// <summary>A port of 127.0.0.1 on which nobody listens for as long as the tests run: it is bound.</summary>
    public static int UnusedPort()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        s_unused.Add(socket);
        return ((IPEndPoint)socket.LocalEndPoint!).Port;
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _accepting;
        _listener.Stop();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                var socket = await _listener.AcceptSocketAsync(_stopping.Token);
                Interlocked.Increment(ref _connections);
                _ = ServeAsync(socket);
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task ServeAsync(Socket socket)
    {
        using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            await _serve(stream, _stopping.Token);
        }
        catch (Exception ended) when (ended is OperationCanceledException or IOException or SocketException)
        {
            // The client went, or the test is over.
        }
    }
}
