using System.Net.Sockets;

namespace Skerry.Libp2p.Driver;

/// <summary>
/// A socket's bytes. A read into an empty buffer waits until there is something to read: the framework's own now and then returns on news that is stale, and who
/// then rents a buffer holds it for as long as the connection rests.
/// </summary>
/// <param name="socket">The socket; it is closed with the stream.</param>
internal sealed class SocketStream(Socket socket) : NetworkStream(socket, ownsSocket: true)
{
    /// <summary>Stale news is rare, and never comes twice in a row.</summary>
    private const int Looks = 3;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
        buffer.IsEmpty ? WaitAsync(cancellationToken) : base.ReadAsync(buffer, cancellationToken);

    private async ValueTask<int> WaitAsync(CancellationToken cancel)
    {
        for (var look = 1; ; look++)
        {
            await base.ReadAsync(Memory<byte>.Empty, cancel).ConfigureAwait(false);
            if (look == Looks || Socket.Poll(TimeSpan.Zero, SelectMode.SelectRead)) return 0;
        }
    }
}
