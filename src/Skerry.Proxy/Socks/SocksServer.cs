using System.Net;
using System.Net.Sockets;

using Skerry.Catalog;
using Skerry.Proxy.Datagrams;
using Skerry.Proxy.Flows;
using Skerry.Proxy.Forwarding;
using Skerry.Proxy.Instances;

namespace Skerry.Proxy.Socks;

/// <summary>Serves SOCKS 5 clients: CONNECT and UDP ASSOCIATE, to services by name and to nothing else.</summary>
internal sealed class SocksServer : IAsyncDisposable
{
    /// <summary>For the handshake, up to the request.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly Func<CatalogSnapshot> _catalog;
    private readonly InstanceDialer _dialer;
    private readonly TcpCarrier _carrier;
    private readonly DatagramCarrier _datagrams;
    private readonly ConnectionTerms _terms;
    private readonly ConnectionListener _listener;
    private volatile SocksTerms _serving;

    /// <exception cref="ProxyException">The address cannot be bound.</exception>
    public SocksServer(IPEndPoint address, SocksTerms serving, SocksParts parts, ConnectionTerms terms)
    {
        (_catalog, _dialer, _carrier, _datagrams) = parts;
        _serving = serving;
        _terms = terms;
        _listener = new ConnectionListener(address, "SOCKS", terms, ServeAsync);
    }

    public IPEndPoint Address => _listener.Address;

    public void Start() => _listener.Start();

    /// <summary>Serves new clients otherwise from now on.</summary>
    public void Change(SocksTerms serving) => _serving = serving;

    public ValueTask DisposeAsync() => _listener.DisposeAsync();

    private async Task ServeAsync(Socket socket, CancellationToken stopping)
    {
        var serving = _serving;
        using var client = new SocketServiceStream(socket);
        var session = new SocksSession(client, serving);
        try
        {
            if (await HandshakeAsync(session, stopping) is not { } request) client.Finish();
            else if (request.Command == SocksCommand.Connect) await ConnectAsync(client, socket, session, serving, request.Destination!, stopping);
            else await AssociateAsync(client, socket, session, serving, stopping);
        }
        catch (IOException)
        {
            // The client is gone, or speaks something else: nothing is owed to it.
        }
    }

    /// <summary>Up to a request that can be carried out; null when there is none, and the client has been told.</summary>
    private async Task<SocksRequest?> HandshakeAsync(SocksSession session, CancellationToken stopping)
    {
        using var deadline = new CancellationTokenSource(Patience, _terms.Time);
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping, deadline.Token);
        try
        {
            if (!await session.SignOnAsync(limit.Token))
            {
                _terms.Metrics.Refused("socks-sign-on");
                return null;
            }

            var request = await session.ReadRequestAsync(limit.Token);
            var refusal = request.Destination is null ? SocksReply.AddressNotSupported
                : request.Command is not (SocksCommand.Connect or SocksCommand.UdpAssociate) ? SocksReply.CommandNotSupported
                : SocksReply.Succeeded;
            if (refusal == SocksReply.Succeeded) return request;
            await session.AnswerAsync(refusal, null, limit.Token);
            return null;
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            throw new IOException("The client says nothing.");
        }
    }

    private async Task ConnectAsync(SocketServiceStream client, Socket socket, SocksSession session, SocksTerms serving, SocksAddress destination, CancellationToken stopping)
    {
        var address = (socket.RemoteEndPoint as IPEndPoint)?.Address;
        if (serving.Names.Find(destination, ServiceNetwork.Tcp, _catalog(), out var refusal) is not { } query)
        {
            Refuse(destination, address, refusal);
            await session.AnswerAsync(refusal, null, stopping);
            client.Finish();
            return;
        }

        using var span = ProxyTracing.BeginForward(query, address, parent: default);
        Dialed<ServiceStream> dialed;
        try
        {
            dialed = await _dialer.DialStreamAsync(query, serving.Balancer, address, stopping);
        }
        catch (ProxyException failed)
        {
            ProxyTracing.Fail(span, failed);
            ProxyLog.NotReached(_terms.Logger, query.ToString(), address?.ToString() ?? "a client", failed.Message);
            await session.AnswerAsync(ReplyFor(failed.Reason), null, stopping);
            client.Finish();
            return;
        }

        try
        {
            await session.AnswerAsync(SocksReply.Succeeded, null, stopping);
        }
        catch
        {
            await dialed.Channel.DisposeAsync();
            dialed.Lease.Dispose();
            throw;
        }

        await _carrier.CarryAsync(client, address, dialed, span, stopping);
    }

    /// <summary>The association lasts as long as the connection that asked for it.</summary>
    private async Task AssociateAsync(SocketServiceStream client, Socket socket, SocksSession session, SocksTerms serving, CancellationToken stopping)
    {
        var (here, there) = ((IPEndPoint)socket.LocalEndPoint!, (IPEndPoint)socket.RemoteEndPoint!);
        await using var association = new SocksAssociation(here.Address, there.Address, destination =>
        {
            if (serving.Names.Find(destination, ServiceNetwork.Udp, _catalog(), out var refusal) is { } query) return new ForwardTarget(query, serving.Balancer);
            Refuse(destination, there.Address, refusal);
            return null;
        }, _datagrams);
        association.Start();
        await session.AnswerAsync(SocksReply.Succeeded, association.Address, stopping);
        while (await client.ReadAsync(new byte[256], stopping) > 0)
        {
            // What comes here means nothing; its end does.
        }
    }

    private void Refuse(SocksAddress destination, IPAddress? client, SocksReply refusal)
    {
        _terms.Metrics.Refused(refusal == SocksReply.NotAllowed ? "socks-not-allowed" : "socks-unknown");
        ProxyLog.SocksRefused(_terms.Logger, destination.Host, destination.Port, client?.ToString() ?? "a client", refusal);
    }

    private static SocksReply ReplyFor(ProxyFailure reason) => reason switch
    {
        ProxyFailure.Refused => SocksReply.NotAllowed,
        ProxyFailure.Unreachable => SocksReply.Refused,
        ProxyFailure.Busy => SocksReply.Failed,
        _ => SocksReply.HostUnreachable,
    };
}
