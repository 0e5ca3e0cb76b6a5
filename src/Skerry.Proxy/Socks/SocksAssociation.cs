using System.Net;
using System.Net.Sockets;

using Skerry.Primitives;
using Skerry.Proxy.Datagrams;
using Skerry.Proxy.Flows;
using Skerry.Proxy.Forwarding;

namespace Skerry.Proxy.Socks;

/// <summary>
/// A client's UDP socket here (RFC 1928, section 7): each datagram names its destination, and each answer says where it is from. Only datagrams of the client's own
/// address are taken, and after the first only those of its port.
/// </summary>
internal sealed class SocksAssociation : IAsyncDisposable
{
    /// <summary>Destinations a client speaks with at a time.</summary>
    private const int MaxFlows = 64;

    private readonly Socket _socket;
    private readonly IPAddress _client;
    private readonly Func<SocksAddress, ForwardTarget?> _find;
    private readonly DatagramCarrier _carrier;
    private readonly DatagramFlows<SocksAddress> _flows;
    private readonly BackgroundTasks _tasks = new();
    private IPEndPoint? _place;

    /// <param name="here">Where the client reaches this node.</param>
    /// <param name="client">The client's address.</param>
    /// <param name="find">What a destination stands for; null: nothing.</param>
    /// <param name="carrier">Carries what comes.</param>
    public SocksAssociation(IPAddress here, IPAddress client, Func<SocksAddress, ForwardTarget?> find, DatagramCarrier carrier)
    {
        _client = client;
        _find = find;
        _carrier = carrier;
        _flows = new DatagramFlows<SocksAddress>(carrier, () => MaxFlows);
        _socket = Sockets.Bind(new IPEndPoint(here, 0), SocketType.Dgram, "SOCKS");
        Address = (IPEndPoint)_socket.LocalEndPoint!;
    }

    public IPEndPoint Address { get; }

    public void Start() => _tasks.Launch(ReceiveAsync);

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
                var received = await _socket.ReceiveFromAsync(buffer, SocketFlags.None, Address, stopping);
                Take(buffer.AsSpan(0, received.ReceivedBytes), (IPEndPoint)received.RemoteEndPoint);
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (SocketException)
            {
                // The client is gone, as its host says; its connection will tell.
            }
        }
    }

    private void Take(ReadOnlySpan<byte> bytes, IPEndPoint from)
    {
        if (!from.Address.Equals(_client) || (_place is { } place && !place.Equals(from)))
        {
            _carrier.Dropped("stranger");
            return;
        }

        if (!SocksMessages.TryReadDatagram(bytes, out var destination, out var head))
        {
            _carrier.Dropped("malformed");
            return;
        }

        _place ??= from;
        if (_find(destination) is not { } target)
        {
            _carrier.Dropped("refused");
            return;
        }

        // An answer bears the head of what it answers: where it is from, in the client's own words.
        var prefix = bytes[..head].ToArray();
        _flows.Post(destination, bytes[head..], () => new DatagramFlow(target, _client, (answer, cancellation) => ReplyAsync(prefix, answer, cancellation)));
    }

    private async ValueTask ReplyAsync(byte[] head, ReadOnlyMemory<byte> answer, CancellationToken cancellation)
    {
        var framed = Buffers.Rent(head.Length + answer.Length);
        try
        {
            head.CopyTo(framed, 0);
            answer.CopyTo(framed.AsMemory(head.Length));
            await _socket.SendToAsync(framed.AsMemory(0, head.Length + answer.Length), SocketFlags.None, _place!, cancellation);
        }
        catch (SocketException)
        {
            // The client is gone, or takes no more: dropped, as UDP does.
        }
        finally
        {
            Buffers.Return(framed);
        }
    }
}
