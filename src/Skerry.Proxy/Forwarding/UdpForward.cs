using System.Net;
using System.Net.Sockets;

using Skerry.Primitives;
using Skerry.Proxy.Datagrams;
using Skerry.Proxy.Flows;

namespace Skerry.Proxy.Forwarding;

/// <summary>A UDP socket that leads to a service: what comes from one address and port is a flow, and goes to one instance.</summary>
internal sealed class UdpForward : IForward
{
    private readonly string _id;
    private readonly bool _isConfigured;
    private readonly Socket _socket;
    private readonly DatagramFlows<IPEndPoint> _flows;
    private readonly BackgroundTasks _tasks = new();
    private readonly IPEndPoint _address;
    private volatile ForwardOptions _options;
    private volatile ForwardTarget _target;

    /// <exception cref="ProxyException">The address cannot be bound.</exception>
    public UdpForward(string id, ForwardOptions options, bool isConfigured, DatagramCarrier carrier)
    {
        _id = id;
        _options = options;
        _target = ForwardTarget.Of(options);
        _isConfigured = isConfigured;
        _flows = new DatagramFlows<IPEndPoint>(carrier, () => carrier.MaxFlows);
        _socket = Sockets.Bind(options.Listen, SocketType.Dgram, $"The forward to {options.Service}");
        _address = (IPEndPoint)_socket.LocalEndPoint!;
    }

    public ForwardState State => new(_id, _options, _address, _isConfigured, _flows.Open, _flows.Opened, _flows.Failed);

    public void Start() => _tasks.Launch(ReceiveAsync);

    public void Change(ForwardOptions options)
    {
        if (options == _options) return;
        _options = options;
        _target = ForwardTarget.Of(options);
    }

    public async ValueTask DisposeAsync()
    {
        await _tasks.DisposeAsync();
        await _flows.DisposeAsync();
        _socket.Dispose();
    }

    private async Task ReceiveAsync(CancellationToken stopping)
    {
        var buffer = new byte[Datagram.MaxLength];
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, _address, stopping);
                var client = (IPEndPoint)received.RemoteEndPoint;
                _flows.Post(client, buffer.AsSpan(0, received.ReceivedBytes), () => new DatagramFlow(_target, client.Address, (bytes, cancellation) => ReplyAsync(client, bytes, cancellation)));
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                // A client that is gone, as its host says: the next datagram is another's.
            }
        }
    }

    private async ValueTask ReplyAsync(IPEndPoint client, ReadOnlyMemory<byte> bytes, CancellationToken cancellation)
    {
        try
        {
            await _socket.SendToAsync(bytes, SocketFlags.None, client, cancellation);
        }
        catch (SocketException)
        {
            // The client is gone, or takes no more: dropped, as UDP does.
        }
    }
}
