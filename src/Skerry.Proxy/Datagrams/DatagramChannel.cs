namespace Skerry.Proxy.Datagrams;

/// <summary>Datagrams both ways between two ends. One sender and one receiver at a time.</summary>
internal abstract class DatagramChannel : IDisposable
{
    /// <summary>How they travel, as <see cref="ServiceStream.PathKind"/> says it.</summary>
    public abstract string PathKind { get; }

    /// <summary>Sends one, or drops it as UDP does.</summary>
    /// <exception cref="IOException">Nothing goes there any more.</exception>
    public abstract ValueTask SendAsync(ReadOnlyMemory<byte> datagram, CancellationToken cancellation);

    /// <summary>The next; null when the other end has ended.</summary>
    /// <exception cref="IOException">Nothing comes from there any more.</exception>
    public abstract ValueTask<Datagram?> ReceiveAsync(CancellationToken cancellation);

    public abstract void Dispose();
}
