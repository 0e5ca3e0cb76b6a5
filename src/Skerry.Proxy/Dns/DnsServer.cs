using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

using Skerry.Catalog;
using Skerry.Primitives;
using Skerry.Proxy.Flows;
using Skerry.Proxy.Forwarding;

namespace Skerry.Proxy.Dns;

/// <summary>Answers names over UDP and TCP at one address: those of the domain from the catalog, others by asking further or not at all.</summary>
internal sealed class DnsServer : IAsyncDisposable
{
    private const int MaxTcpConnections = 128;

    /// <summary>A TCP client that says nothing for this long is let go (RFC 7766, section 6.2.3).</summary>
    private static readonly TimeSpan TcpIdle = TimeSpan.FromSeconds(10);

    private readonly Socket _udp;
    private readonly ConnectionListener _tcp;
    private readonly DnsRecursion _recursion;
    private readonly Func<CatalogSnapshot> _catalog;
    private readonly ConnectionTerms _terms;
    private readonly BackgroundTasks _tasks = new();
    private volatile DnsTerms _answering;

    private DnsServer(Socket udp, IPEndPoint tcp, DnsTerms answering, Func<CatalogSnapshot> catalog, ConnectionTerms terms)
    {
        _udp = udp;
        _answering = answering;
        _catalog = catalog;
        _terms = terms with { MaxConnections = () => MaxTcpConnections };
        _recursion = new DnsRecursion(terms.Time);
        _tcp = new ConnectionListener(tcp, "DNS", _terms, ServeAsync);
    }

    public IPEndPoint Address => _tcp.Address;

    /// <summary>Binds; nothing is answered before <see cref="Start"/>.</summary>
    /// <exception cref="ProxyException">The address cannot be bound.</exception>
    public static DnsServer Open(IPEndPoint address, DnsTerms answering, Func<CatalogSnapshot> catalog, ConnectionTerms terms)
    {
        // With port 0 the port that UDP was given may be taken for TCP: then another is asked for.
        for (var tries = 0; ; tries++)
        {
            var udp = Sockets.Bind(address, SocketType.Dgram, "DNS");
            try
            {
                return new DnsServer(udp, (IPEndPoint)udp.LocalEndPoint!, answering, catalog, terms);
            }
            catch (ProxyException)
            {
                udp.Dispose();
                if (address.Port != 0 || tries == 8) throw;
            }
        }
    }

    public void Start()
    {
        _tcp.Start();
        _tasks.Launch(ReceiveAsync);
    }

    /// <summary>Answers otherwise from now on.</summary>
    public void Change(DnsTerms answering) => _answering = answering;

    public async ValueTask DisposeAsync()
    {
        await _tcp.DisposeAsync();
        _udp.Dispose();
        await _tasks.DisposeAsync();
    }

    private async Task ReceiveAsync(CancellationToken stopping)
    {
        var buffer = new byte[DnsAnswerWriter.MaxPayload];
        var anywhere = new IPEndPoint(_udp.AddressFamily == AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                var received = await _udp.ReceiveFromAsync(buffer, SocketFlags.None, anywhere, stopping);
                await TakeAsync(buffer.AsMemory(0, received.ReceivedBytes), (IPEndPoint)received.RemoteEndPoint);
            }
            catch (Exception ended) when (ended is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // A client that is gone, as its host says, or a datagram longer than any query: the next is another's.
            }
            catch (Exception broken)
            {
                // Whatever one query did, the next is another's.
                ProxyLog.QueryBroke(_terms.Logger, broken);
            }
        }
    }

    private async ValueTask TakeAsync(ReadOnlyMemory<byte> message, IPEndPoint client)
    {
        if (!DnsQueryReader.TryRead(message.Span, out var query, out var code)) return;
        var limit = DnsAnswerWriter.LimitOf(query);
        if (code == DnsCode.NoError && IsForOthers(query))
        {
            // Others are slow: they are asked beside what comes next.
            var copy = message.ToArray();
            _tasks.Launch(async stopping => await SendAsync(await AskOthersAsync(copy, query, limit, isTcp: false, stopping), client));
            return;
        }

        await SendAsync(Answer(query, code, limit), client);
    }

    private async Task SendAsync(ReadOnlyMemory<byte> answer, IPEndPoint client)
    {
        try
        {
            await _udp.SendToAsync(answer, SocketFlags.None, client);
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // The client asks again, or this server ends.
        }
    }

    /// <summary>TCP: each message behind its length in two bytes (RFC 1035, section 4.2.2).</summary>
    private async Task ServeAsync(Socket socket, CancellationToken stopping)
    {
        await using var stream = new NetworkStream(socket, ownsSocket: true);
        try
        {
            var length = new byte[2];
            while (true)
            {
                using var idle = new CancellationTokenSource(TcpIdle, _terms.Time);
                using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping, idle.Token);
                await stream.ReadExactlyAsync(length, limit.Token);
                var message = new byte[BinaryPrimitives.ReadUInt16BigEndian(length)];
                await stream.ReadExactlyAsync(message, limit.Token);
                if (!DnsQueryReader.TryRead(message, out var query, out var code)) return;
                var answer = code == DnsCode.NoError && IsForOthers(query)
                    ? await AskOthersAsync(message, query, ushort.MaxValue, isTcp: true, limit.Token)
                    : Answer(query, code, ushort.MaxValue);
                var framed = new byte[2 + answer.Length];
                BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)answer.Length);
                answer.CopyTo(framed.AsMemory(2));
                await stream.WriteAsync(framed, limit.Token);
            }
        }
        catch (Exception ended) when (ended is IOException or OperationCanceledException)
        {
            // The client has asked all it wanted, or says nothing more.
        }
    }

    private bool IsForOthers(DnsQuery query) => !_answering.Names.Holds(query.Name) && !_answering.Recursors.IsEmpty;

    private ReadOnlyMemory<byte> Answer(DnsQuery query, DnsCode code, int limit)
    {
        var terms = _answering;
        var answer = code != DnsCode.NoError ? DnsAnswer.Error(code)
            : query.EdnsVersion != 0 ? DnsAnswer.Error(DnsCode.BadVersion)
            : query.Class is not (1 or 255) || !terms.Names.Holds(query.Name) ? DnsAnswer.Error(DnsCode.Refused)
            : terms.Zone.Answer(query, _catalog());
        _terms.Metrics.Answered(answer.Code);
        return DnsAnswerWriter.Write(query, answer, limit, terms.Ttl, canRecurse: !terms.Recursors.IsEmpty);
    }

    private async Task<ReadOnlyMemory<byte>> AskOthersAsync(ReadOnlyMemory<byte> message, DnsQuery query, int limit, bool isTcp, CancellationToken cancellation)
    {
        var answer = await _recursion.AskAsync(message, query, _answering.Recursors, isTcp, cancellation);
        if (answer is { } known)
        {
            _terms.Metrics.Answered((DnsCode)(known.Span[3] & 15));
            return known;
        }

        _terms.Metrics.Answered(DnsCode.ServerFailure);
        return DnsAnswerWriter.Write(query, DnsAnswer.Error(DnsCode.ServerFailure), limit, ttl: 0, canRecurse: true);
    }
}
