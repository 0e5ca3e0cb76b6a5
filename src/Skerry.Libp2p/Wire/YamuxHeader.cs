using System.Buffers.Binary;

namespace Skerry.Libp2p.Wire;

/// <summary>
/// The head of every yamux frame (hashicorp/yamux spec.md), big-endian:
/// <code>
/// version 0 (1) | type (1) | flags (2) | stream id (4) | length (4)
/// </code>
/// The length is that of the data behind a data frame, the growth of a window update, the number of a ping, the reason of a goodbye.
/// </summary>
internal readonly record struct YamuxHeader(YamuxType Type, YamuxFlags Flags, uint Stream, uint Length)
{
    public const int Size = 12;

    public static bool TryRead(ReadOnlySpan<byte> source, out YamuxHeader header)
    {
        header = new YamuxHeader(
            (YamuxType)source[1],
            (YamuxFlags)BinaryPrimitives.ReadUInt16BigEndian(source[2..]),
            BinaryPrimitives.ReadUInt32BigEndian(source[4..]),
            BinaryPrimitives.ReadUInt32BigEndian(source[8..]));
        return source[0] == 0 && header.Type <= YamuxType.GoAway;
    }

    public void Write(Span<byte> target)
    {
        target[0] = 0;
        target[1] = (byte)Type;
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], (ushort)Flags);
        BinaryPrimitives.WriteUInt32BigEndian(target[4..], Stream);
        BinaryPrimitives.WriteUInt32BigEndian(target[8..], Length);
    }
}
