using System.Buffers;
using System.Net;
using System.Threading.Channels;

using Microsoft.AspNetCore.Connections;

namespace Skerry.Gateway;

/// <summary>
/// HTTP/1.1 and HTTP/2 in clear on one address. Kestrel offers both on one socket only where TLS has negotiated one of them, so there are two servers: the one with
/// the socket looks at the first bytes, and hands connections that begin with HTTP/2's preface (RFC 9113, section 3.4) to the other, whose transport this is.
/// </summary>
/// <param name="address">The address both stand for.</param>
internal sealed class Http2Handoff(EndPoint address) : IConnectionListenerFactory, IConnectionListener
{
    private readonly Channel<ConnectionContext> _handed = Channel.CreateUnbounded<ConnectionContext>();

    private static ReadOnlySpan<byte> Preface => "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8;

    public EndPoint EndPoint => address;

    /// <summary>The step of a connection's start that decides which server it is for.</summary>
    public ConnectionDelegate Detect(ConnectionDelegate http1) => async connection =>
    {
        if (!await BeginsWithPrefaceAsync(connection))
        {
            await http1(connection);
            return;
        }

        var handed = new HandedConnection(connection);
        if (_handed.Writer.TryWrite(handed)) await handed.Finished;
    };

    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) => new(this);

    public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default) =>
        await _handed.Reader.WaitToReadAsync(cancellationToken) && _handed.Reader.TryRead(out var connection) ? connection : null;

    public ValueTask UnbindAsync(CancellationToken cancellationToken = default)
    {
        _handed.Writer.TryComplete();
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => UnbindAsync();

    private static async ValueTask<bool> BeginsWithPrefaceAsync(ConnectionContext connection)
    {
        while (true)
        {
            var read = await connection.Transport.Input.ReadAsync(); // a connection that closes completes its pipe
            var (isPreface, isSure) = Compare(read.Buffer);
            // Nothing is consumed; what is not sure yet needs more bytes than there are.
            connection.Transport.Input.AdvanceTo(read.Buffer.Start, isSure ? read.Buffer.Start : read.Buffer.End);
            if (isSure || read.IsCompleted) return isPreface && isSure;
        }
    }

    private static (bool IsPreface, bool IsSure) Compare(ReadOnlySequence<byte> received)
    {
        Span<byte> first = stackalloc byte[Preface.Length];
        var length = (int)Math.Min(received.Length, first.Length);
        received.Slice(0, length).CopyTo(first);
        var matches = Preface.StartsWith(first[..length]);
        return (matches, !matches || length == first.Length);
    }
}
