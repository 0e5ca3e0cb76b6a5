using System.Net;
using System.Net.Sockets;

namespace Skerry.Libp2p.Driver;

/// <summary>
/// A socket's bytes. A read into an empty buffer waits until there is something to read, or nothing more to come: the framework's own returns at once after a read that did
/// not empty the socket to the last, and who then rents a buffer holds it for as long as the connection rests.
/// </summary>
/// <param name="socket">The socket; it is closed with the stream.</param>
internal sealed class SocketStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    private readonly byte[] _first = new byte[1];

    /// <summary>This machine's end.</summary>
    public IPAddress? Local { get; } = (socket.LocalEndPoint as IPEndPoint)?.Address is { } local ? MdnsInterfaces.Unscoped(local) : null;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        buffer.IsEmpty ? WaitAsync(cancellationToken) : base.ReadAsync(buffer, cancellationToken);

    private async ValueTask<int> WaitAsync(CancellationToken cancel)
    {
        try
        {
            await Socket.ReceiveAsync(_first, SocketFlags.Peek, cancel).ConfigureAwait(false);
            return 0;
        }
        catch (SocketException failed)
        {
            throw new IOException(failed.Message, failed);
        }
    }
}
