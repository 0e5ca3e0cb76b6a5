using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Skerry.Proxy.Tests;

/// <summary>A UDP service on loopback that says its name and what it was told.</summary>
internal sealed class UdpService : IAsyncDisposable
{
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly CancellationTokenSource _stopping = new();
    private readonly HashSet<EndPoint> _clients = [];
    private readonly Task _serving;

    public UdpService(string name)
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _serving = ServeAsync(Encoding.UTF8.GetBytes(name));
    }

    public int Port => ((IPEndPoint)_socket.LocalEndPoint!).Port;

    /// <summary>Addresses and ports that spoke to it.</summary>
    public int Clients
    {
        get { lock (_clients) return _clients.Count; }
    }

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _socket.Dispose();
    }

    private async Task ServeAsync(byte[] name)
    {
        var buffer = new byte[70_000];
        while (true)
        {
            var received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, new IPEndPoint(IPAddress.Any, 0), _stopping.Token);
            lock (_clients) _clients.Add(received.RemoteEndPoint);
            await _socket.SendToAsync((byte[])[.. name, .. buffer[..received.ReceivedBytes]], SocketFlags.None, received.RemoteEndPoint, _stopping.Token);
        }
    }
}
