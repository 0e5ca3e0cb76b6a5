using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Text;

namespace Skerry.Raft.Tests.Driver;

/// <summary>One TCP connection a stream; its first bytes say from whom and what for.</summary>
public sealed class LoopbackTransport : IRaftTransport, IDisposable
{
    private readonly LoopbackNetwork _network;
    private readonly string _node;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<(string Peer, Socket Socket)> _sockets = [];

    public LoopbackTransport(LoopbackNetwork network, string node)
    {
        (_network, _node) = (network, node);
        _listener.Start();
        Port = ((IPEndPoint)_listener.LocalEndpoint).Port;
    }

    public int Port { get; }

    public bool IsClosed { get; private set; }

    public async Task<Stream> ConnectAsync(string node, RaftStreamKind kind, CancellationToken cancellation)
    {
        if (!_network.Reaches(_node, node)) throw new IOException($"{node} is cut off.");
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, _network.PortOf(node), cancellation);
            var stream = new NetworkStream(socket, ownsSocket: true);
            await stream.WriteAsync(new byte[] { (byte)kind, (byte)_node.Length }.Concat(Encoding.ASCII.GetBytes(_node)).ToArray(), cancellation);
            _sockets.Add((node, socket));
            return stream;
        }
        catch (SocketException refused)
        {
            socket.Dispose();
            throw new IOException(refused.Message, refused);
        }
    }

    public async IAsyncEnumerable<RaftStream> AcceptAsync([EnumeratorCancellation] CancellationToken cancellation)
    {
        while (true)
        {
            var socket = await _listener.AcceptSocketAsync(cancellation);
            var stream = new NetworkStream(socket, ownsSocket: true);
            var head = new byte[2];
            await stream.ReadExactlyAsync(head, cancellation);
            var name = new byte[head[1]];
            await stream.ReadExactlyAsync(name, cancellation);
            var peer = Encoding.ASCII.GetString(name);
            _sockets.Add((peer, socket));
            if (_network.Reaches(peer, _node)) yield return new RaftStream(peer, stream);
            else stream.Dispose();
        }
    }

    /// <summary>Breaks what is open to a node.</summary>
    public void Cut(string peer)
    {
        foreach (var (_, socket) in _sockets.Where(entry => entry.Peer == peer)) socket.Dispose();
    }

    public void Dispose()
    {
        IsClosed = true;
        _listener.Dispose();
        foreach (var (_, socket) in _sockets) socket.Dispose();
    }
}
