using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Wire;

/// <summary>Memberlist's compressed message: the type byte, then <c>{Algo u8, Buf bytes}</c> with algorithm 0, LZW.</summary>
internal static class CompressedFrame
{
    /// <summary>The most that stands before the compressed bytes: type, map, "Algo" and its value, "Buf" and a raw32 header.</summary>
    public const int MaxHeaderSize = 1 + 1 + 5 + 1 + 4 + 5;

    private const int LzwAlgorithm = 0;

    private static readonly FieldTable Fields = new("Algo", "Buf");

    /// <summary>Compresses a message into a frame.</summary>
    /// <returns>False when it does not fit, with <see cref="MaxHeaderSize"/> counted for the header.</returns>
    public static bool TryWrite(ReadOnlySpan<byte> message, Span<byte> destination, out int written)
    {
        written = 0;
        if (destination.Length < MaxHeaderSize) return false;
        var room = destination[MaxHeaderSize..];
        if (!LzwEncoder.TryCompress(message, room, out var length)) return false;

        // The length of the length is known only now; most often the bytes move up a little.
        var header = new MessagePackWriter(stackalloc byte[MaxHeaderSize]);
        header.WriteByte((byte)GossipMessageType.Compress);
        header.WriteMapHeader(2);
        header.WriteField("Algo"u8);
        header.WriteUnsigned(LzwAlgorithm);
        header.WriteField("Buf"u8);
        header.WriteRawHeader(length);
        room[..length].CopyTo(destination[header.Length..]);
        header.Written.CopyTo(destination);
        written = header.Length + length;
        return true;
    }

    /// <summary>Reads the body of a frame, the type byte taken off.</summary>
    /// <returns>The bytes to decompress.</returns>
    public static ReadOnlySpan<byte> Read(ReadOnlySpan<byte> body, out DecodeError error)
    {
        var algorithm = (byte)LzwAlgorithm;
        var compressed = default(ReadOnlySpan<byte>);
        var reader = new MessagePackReader(body);
        var cursor = reader.BeginStruct();
        while (reader.NextField(Fields, ref cursor, out var field))
        {
            if (field == 0) algorithm = reader.ReadUInt8();
            else compressed = reader.ReadRaw();
        }

        error = reader.Error != DecodeError.None ? reader.Error
            : algorithm != LzwAlgorithm ? DecodeError.UnknownCompression
            : DecodeError.None;
        return compressed;
    }
}
