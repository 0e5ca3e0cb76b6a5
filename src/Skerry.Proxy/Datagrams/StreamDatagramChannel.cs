using System.Buffers.Binary;

using Skerry.Proxy.Flows;

namespace Skerry.Proxy.Datagrams;

/// <summary>Datagrams on a stream, each behind its length in two bytes, most significant first.</summary>
/// <param name="stream">The stream; disposed with this.</param>
internal sealed class StreamDatagramChannel(ServiceStream stream) : DatagramChannel
{
    private readonly byte[] _length = new byte[2];

    public override string PathKind => stream.PathKind;

    public override async ValueTask SendAsync(ReadOnlyMemory<byte> datagram, CancellationToken cancellation)
    {
        if (datagram.Length > Datagram.MaxLength) return;
        var framed = Buffers.Rent(2 + datagram.Length);
        try
        {
            BinaryPrimitives.WriteUInt16BigEndian(framed, (ushort)datagram.Length);
            datagram.CopyTo(framed.AsMemory(2));
            await stream.WriteAsync(framed.AsMemory(0, 2 + datagram.Length), cancellation);
        }
        finally
        {
            Buffers.Return(framed);
        }
    }

    public override async ValueTask<Datagram?> ReceiveAsync(CancellationToken cancellation)
    {
        var read = await stream.ReadAtLeastAsync(_length, 2, throwOnEndOfStream: false, cancellation);
        if (read == 0) return null;
        if (read == 1) throw new IOException("The stream ended inside a datagram.");
        var length = BinaryPrimitives.ReadUInt16BigEndian(_length);
        var buffer = Buffers.Rent(Math.Max(1, (int)length));
        try
        {
            await stream.ReadExactlyAsync(buffer.AsMemory(0, length), cancellation);
            return new Datagram(buffer, length);
        }
        catch
        {
            Buffers.Return(buffer);
            throw;
        }
    }

    public override void Dispose() => stream.Dispose();
}
