using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Threading.Channels;

using Skerry.Raft;

namespace Skerry.Manifest.Tests.Forming;

/// <summary>One TCP connection a stream; its first two bytes and the name behind them say what for, and from whom.</summary>
internal sealed class TestTransport : IGroupTransport, IAsyncDisposable
{
    private const byte Asking = 255;

    private readonly TestNetwork _network;
    private readonly string _node;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly ConcurrentBag<Stream> _streams = [];
    private readonly Channel<RaftStream> _raft = Channel.CreateUnbounded<RaftStream>();
    private readonly Channel<RaftStream> _asked = Channel.CreateUnbounded<RaftStream>();
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _running;

    public TestTransport(TestNetwork network, string node)
    {
        (_network, _node) = (network, node);
        _listener.Start();
        network.Ports[node] = ((IPEndPoint)_listener.LocalEndpoint).Port;
        _running = RunAsync();
    }

    public Task<Stream> ConnectAsync(string node, RaftStreamKind kind, CancellationToken cancellation) => OpenAsync(node, (byte)kind, cancellation);

    public Task<Stream> AskAsync(string node, CancellationToken cancellation) => OpenAsync(node, Asking, cancellation);

    public IAsyncEnumerable<RaftStream> AcceptAsync(CancellationToken cancellation) => _raft.Reader.ReadAllAsync(cancellation);

    public IAsyncEnumerable<RaftStream> AnswerAsync(CancellationToken cancellation) => _asked.Reader.ReadAllAsync(cancellation);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _listener.Dispose();
        foreach (var stream in _streams) await stream.DisposeAsync();
        _stopping.Dispose();
    }

    private async Task<Stream> OpenAsync(string node, byte kind, CancellationToken cancellation)
    {
        if (!_network.Ports.TryGetValue(node, out var port)) throw new IOException($"{node} is not there.");
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, port, cancellation);
            var stream = new NetworkStream(socket, ownsSocket: true);
            _streams.Add(stream);
            await stream.WriteAsync(new byte[] { kind, (byte)_node.Length }.Concat(Encoding.ASCII.GetBytes(_node)).ToArray(), cancellation);
            return stream;
        }
        catch (SocketException refused)
        {
            socket.Dispose();
            throw new IOException(refused.Message, refused);
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                var stream = new NetworkStream(await _listener.AcceptSocketAsync(_stopping.Token), ownsSocket: true);
                _streams.Add(stream);
                var head = new byte[2];
                await stream.ReadExactlyAsync(head, _stopping.Token);
                var name = new byte[head[1]];
                await stream.ReadExactlyAsync(name, _stopping.Token);
                (head[0] == Asking ? _asked : _raft).Writer.TryWrite(new RaftStream(Encoding.ASCII.GetString(name), stream));
            }
        }
        catch (OperationCanceledException)
        {
            // The node stops.
        }
    }
}
