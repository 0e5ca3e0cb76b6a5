using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

using Skerry.Gossip.Core.Messages;

namespace Skerry.Gossip.Wire;

/// <summary>
/// A coordinate as the payload of an ack: the ping version, then the struct. Fields in declaration order.
/// <code>
/// 01, {Vec list(f64), Error f64, Adjustment f64, Height f64}
/// </code>
/// Every number is written as an f32, which every peer reads into an f64: it is good to a ten millionth, a round trip is not, and it takes 44 bytes
/// less of every ack: most of what a node at rest sends is acks.
/// </summary>
internal static class CoordinateCodec
{
    /// <summary>Components of a coordinate on Serf's wire.</summary>
    public const int Dimensions = 8;

    private const byte PingVersion = 1;
    private const int TypicalSize = 160;

    private static readonly FieldTable Fields = new("Vec", "Error", "Adjustment", "Height");

    public static ByteString Encode(Coordinate coordinate)
    {
        var writer = new MessagePackWriter(stackalloc byte[TypicalSize]);
        try
        {
            Write(coordinate, ref writer);
            return ByteString.Own(writer.ToArray());
        }
        finally
        {
            writer.Dispose();
        }
    }

    /// <summary>Reads an ack's payload. Whether the numbers are finite is the core's to check.</summary>
    /// <returns>False also for an empty payload or another version, which are not errors of the peer but say nothing.</returns>
    public static bool TryDecode(ReadOnlySpan<byte> payload, [NotNullWhen(true)] out Coordinate? coordinate, out DecodeError error)
    {
        coordinate = null;
        error = payload.IsEmpty ? DecodeError.Empty : payload[0] != PingVersion ? DecodeError.UnknownType : DecodeError.None;
        if (error != DecodeError.None) return false;
        var reader = new MessagePackReader(payload[1..]);
        var read = Read(ref reader);
        error = reader.Error;
        if (error == DecodeError.None) coordinate = read;
        return coordinate is not null;
    }

    private static Coordinate Read(ref MessagePackReader reader)
    {
        var (vector, error, adjustment, height) = (ImmutableArray<double>.Empty, 0.0, 0.0, 0.0);
        var cursor = reader.BeginStruct();
        while (reader.NextField(Fields, ref cursor, out var field))
        {
            switch (field)
            {
                case 0: vector = ReadVector(ref reader); break;
                case 1: error = reader.ReadDouble(); break;
                case 2: adjustment = reader.ReadDouble(); break;
                default: height = reader.ReadDouble(); break;
            }
        }

        if (vector.Length != Dimensions) reader.Fail(DecodeError.OutOfRange);
        return new Coordinate(vector, error, adjustment, height);
    }

    private static ImmutableArray<double> ReadVector(ref MessagePackReader reader)
    {
        var count = reader.ReadArrayHeader();
        if (count != Dimensions) reader.Fail(DecodeError.OutOfRange);
        if (!reader.Ok) return [];
        var vector = new double[Dimensions];
        for (var i = 0; i < Dimensions; i++) vector[i] = reader.ReadDouble();
        return System.Runtime.InteropServices.ImmutableCollectionsMarshal.AsImmutableArray(vector);
    }

    private static void Write(Coordinate coordinate, ref MessagePackWriter writer)
    {
        writer.WriteByte(PingVersion);
        writer.WriteMapHeader(4);
        writer.WriteField("Adjustment"u8);
        writer.WriteSingle((float)coordinate.Adjustment);
        writer.WriteField("Error"u8);
        writer.WriteSingle((float)coordinate.Error);
        writer.WriteField("Height"u8);
        writer.WriteSingle((float)coordinate.Height);
        writer.WriteField("Vec"u8);
        writer.WriteArrayHeader(coordinate.Vector.Length);
        foreach (var component in coordinate.Vector) writer.WriteSingle((float)component);
    }
}
