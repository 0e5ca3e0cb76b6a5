using System.Net.Sockets;

using Skerry.Proxy.Flows;

namespace Skerry.Proxy.Datagrams;

/// <summary>A UDP socket that is connected to an instance.</summary>
/// <param name="socket">The socket; disposed with this.</param>
internal sealed class SocketDatagramChannel(Socket socket) : DatagramChannel
{
    private readonly byte[] _peek = new byte[1];

    public override string PathKind => "local";

    public override async ValueTask SendAsync(ReadOnlyMemory<byte> datagram, CancellationToken cancellation)
    {
        try
        {
            await socket.SendAsync(datagram, SocketFlags.None, cancellation);
        }
        catch (SocketException longer) when (longer.SocketErrorCode == SocketError.MessageSize)
        {
            // Longer than the way carries in one piece: dropped, as the way itself would.
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            throw new IOException(gone.Message, gone);
        }
    }

    public override async ValueTask<Datagram?> ReceiveAsync(CancellationToken cancellation)
    {
        try
        {
            // A look at the first byte waits for a datagram without a buffer that could hold any.
            await socket.ReceiveAsync(_peek, SocketFlags.Peek, cancellation);
            var buffer = Buffers.Rent(Datagram.MaxLength);
            try
            {
                return new Datagram(buffer, await socket.ReceiveAsync(buffer, SocketFlags.None, cancellation));
            }
            catch
            {
                Buffers.Return(buffer);
                throw;
            }
        }
        catch (Exception gone) when (gone is SocketException or ObjectDisposedException)
        {
            // Its host said that nobody listens there.
            throw new IOException(gone.Message, gone);
        }
    }

    public override void Dispose() => socket.Dispose();
}
