using System.Buffers;
using System.Buffers.Binary;

namespace Skerry.Bench.Manifest;

/// <summary>What comes on one stream: messages, each behind five bytes of which four are its length.</summary>
/// <param name="listener">Gets them.</param>
internal sealed class Incoming(IStreamListener listener)
{
    private const int Header = 5;

    private ArrayBufferWriter<byte>? _rest;

    public IStreamListener Listener => listener;

    public bool HasAnswered { get; private set; }

    public void Take(Http2Connection connection, int stream, ReadOnlySpan<byte> bytes)
    {
        if (_rest is not null)
        {
            _rest.Write(bytes);
            bytes = _rest.WrittenSpan;
        }

        while (bytes.Length >= Header && BinaryPrimitives.ReadInt32BigEndian(bytes[1..]) is var length && bytes.Length >= Header + length)
        {
            HasAnswered = true;
            listener.Message(connection, stream, bytes.Slice(Header, length));
            bytes = bytes[(Header + length)..];
        }

        if (bytes.IsEmpty)
        {
            _rest = null;
            return;
        }

        var rest = new ArrayBufferWriter<byte>(Math.Max(256, 2 * bytes.Length));
        rest.Write(bytes);
        _rest = rest;
    }
}
